import type { Message } from '@bufbuild/protobuf';
import { type ContextKey, createContextKey } from '@connectrpc/connect';
import type { Caller } from '@drippulse/rpc';
import type { Transaction } from 'kysely';

/**
 * Runs in the transaction of a write, before it. The function that it returns runs after the write, with its response,
 * in the same transaction.
 */
export type WatchWrite = (trx: Transaction<never>, caller: Caller) => Promise<(response: Message) => Promise<void>>;

/** The watcher of a call's write. `transact` calls it, except for a replayed response, which was already watched. */
export const watchWriteKey: ContextKey<WatchWrite | undefined> = createContextKey<WatchWrite | undefined>(undefined, {
  description: 'watch of the write',
});
