import { retryConflicts } from '@drippulse/db';
import type { Context } from '../context.ts';
import { inBatches } from './in-batches.ts';
import { recordSent, type TakenSend } from './ledger/record-sent.ts';

/** Sends that are recorded in one commit. */
const most = 200;

type Waiting = TakenSend & { resolve(): void };

/** Records that the mail server took a send, before anybody else hears its result. */
export type Records = (taken: TakenSend) => Promise<void>;

/** Records sends, those of one process that the mail server took at the same time together. */
export function createRecords(ctx: Context): Records {
  const add = inBatches<Waiting>(most, (batch) => recordBatch(ctx, batch));
  return async (taken) => {
    await ctx.fault?.('after-smtp');
    await new Promise<void>((resolve) => add({ ...taken, resolve }));
  };
}

/**
 * Never rejects: the mail is out, and a failure would have it sent again. What could not be recorded is recorded by the
 * commit of the result, which is tried until it succeeds.
 */
async function recordBatch(ctx: Context, batch: readonly Waiting[]): Promise<void> {
  await retryConflicts(() => recordSent(ctx, batch)).catch((error: unknown) =>
    ctx.log.error({ err: error, sends: batch.length }, 'sends are out, and could not be recorded'),
  );
  for (const { resolve } of batch) resolve();
}
