import type { HandlerContext } from '@connectrpc/connect';
import type { Caller } from '@drippulse/rpc';
import type { Transaction } from 'kysely';
import type { Context } from '../context.ts';
import type { DB } from '../db/schema.ts';
import type { Change } from '../workflows/events.ts';
import { announce } from './announce.ts';

type InTransaction<T> = (trx: Transaction<DB>, caller: Caller) => Promise<T>;

/**
 * Runs a write in the transaction that `commit` opens, then announces the change that was committed. A write without a
 * change announces nothing, and neither does a repeated call, whose write does not run.
 */
export async function commitChange<Init, Response>(
  ctx: Context,
  call: HandlerContext,
  write: InTransaction<{ change: Change | undefined; response: Init }>,
  commit: (run: InTransaction<Init>) => Promise<Response>,
): Promise<Response> {
  let change: Change | undefined;
  const answer = await commit(async (trx, caller) => {
    // An earlier run of this transaction was rolled back, and its change with it.
    change = undefined;
    const written = await write(trx, caller);
    change = written.change;
    return written.response;
  });
  if (change !== undefined) await announce(ctx, call, change);
  return answer;
}
