import { retryConflicts } from '@drippulse/db';
import { inBatches } from '@drippulse/loops';
import type { Context } from '../context.ts';
import { recordSent, type TakenSend } from './ledger/record-sent.ts';

/** Maximum number of sends that are recorded in one commit. */
const most = 200;

/** Records that the mail server accepted a send, before the result of the send is used. */
export type Records = (taken: TakenSend) => Promise<void>;

/** Creates the recorder of sends. Simultaneous sends of one process are recorded together. */
export function createRecords(ctx: Context): Records {
  const record = inBatches((batch: readonly TakenSend[]) => recordBatch(ctx, batch), {
    ...{ most, hasDoneNothing: () => false },
  });
  return async (taken) => {
    await ctx.fault?.('after-smtp');
    await record(taken);
  };
}

/**
 * Records a batch. Never rejects, because the mail was sent and a failure would make it go out again. A send that could
 * not be recorded is recorded by the commit of its result, which is retried until it succeeds.
 */
async function recordBatch(ctx: Context, batch: readonly TakenSend[]): Promise<undefined[]> {
  await retryConflicts(() => recordSent(ctx, batch)).catch((error: unknown) =>
    ctx.log.error({ err: error, sends: batch.length }, 'sends are out, and could not be recorded'),
  );
  return batch.map(() => undefined);
}
