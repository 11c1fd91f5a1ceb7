import type { Message } from '@bufbuild/protobuf';
import { type ContextKey, createContextKey } from '@connectrpc/connect';
import type { Caller } from '@drippulse/rpc';
import type { Transaction } from 'kysely';

/**
 * Runs in the transaction of a write, before the write. The function that it returns runs after the write, with the
 * write's response, in the same transaction.
 */
export type WatchWrite = (trx: Transaction<never>, caller: Caller) => Promise<(response: Message) => Promise<void>>;

/**
 * The watcher of a call's write. `transact` calls it, unless it replays a stored response, whose write was already
 * watched.
 */
export const watchWriteKey: ContextKey<WatchWrite | undefined> = createContextKey<WatchWrite | undefined>(undefined, {
  description: 'watch of the write',
});
