import { retryConflicts } from '@drippulse/db';
import { inBatches } from '@drippulse/loops';
import type { Context } from '../context.ts';
import { recordSent, type TakenSend } from './ledger/record-sent.ts';

/** Sends that are recorded in one commit. */
const most = 200;

/** Records that the mail server took a send, before anybody else hears its result. */
export type Records = (taken: TakenSend) => Promise<void>;

/** Records sends, those of one process that the mail server took at the same time together. */
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
 * Never rejects: the mail is out, and a failure would have it sent again. What could not be recorded is recorded by the
 * commit of the result, which is tried until it succeeds.
 */
async function recordBatch(ctx: Context, batch: readonly TakenSend[]): Promise<undefined[]> {
  await retryConflicts(() => recordSent(ctx, batch)).catch((error: unknown) =>
    ctx.log.error({ err: error, sends: batch.length }, 'sends are out, and could not be recorded'),
  );
  return batch.map(() => undefined);
}
