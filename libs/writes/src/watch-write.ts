import type { Message } from '@bufbuild/protobuf';
import { type ContextKey, createContextKey } from '@connectrpc/connect';
import type { Caller } from '@drippulse/rpc';
import type { Transaction } from 'kysely';

/**
 * Runs in the transaction of a write, before it. What it returns runs after it, with its response, in the same
 * transaction.
 */
export type WatchWrite = (trx: Transaction<never>, caller: Caller) => Promise<(response: Message) => Promise<void>>;

/** Who watches the write of a call. `transact` asks it, and not for a replayed response, whose write was watched. */
export const watchWriteKey: ContextKey<WatchWrite | undefined> = createContextKey<WatchWrite | undefined>(undefined, {
  description: 'watch of the write',
});
