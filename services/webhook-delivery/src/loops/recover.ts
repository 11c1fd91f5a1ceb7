import { type JobRow, type JobSlice, startJobLoop } from '@drippulse/db';
import type { Loop } from '@drippulse/loops';
import type { Transaction } from 'kysely';
import type { Context } from '../context.ts';
import type { DB } from '../db/schema.ts';
import { wakeLanes } from '../endpoints/lanes.ts';
import { holdEndpoints } from '../endpoints/rows.ts';
import { readPlace, readSpan, recoveryKind, writePlace } from '../recoveries/recovery.ts';
import { isBusy, requeueSlice, sliceSize } from '../recoveries/requeue.ts';

/** How soon it is looked at again whether the lane is free. */
const busyMs = 50;
const heldMs = 1000;

/** Sends again, slice by slice, what people asked to recover. */
export function startRecovering(ctx: Context): Loop {
  return startJobLoop({
    db: ctx.db,
    kind: recoveryKind,
    log: ctx.log,
    leaseSeconds: ctx.config.leaseSeconds,
    slice: (job) => (trx) => recoverSlice(trx, job),
    onCommitted: ctx.wakeDelivery,
  });
}

async function recoverSlice(trx: Transaction<DB>, job: JobRow): Promise<JobSlice> {
  const span = readSpan(job.input);
  const place = readPlace(job.cursor);
  const waiting = { cursor: writePlace(place), processed: 0, isFinished: false };
  await holdEndpoints(trx, [span.webhookId]);
  const webhook = await trx
    .selectFrom('webhooks')
    .select('active')
    .where('id', '=', span.webhookId)
    .where('deleted_at', 'is', null)
    .executeTakeFirst();
  // Of a removed webhook nothing is sent any more.
  if (webhook === undefined) return { ...waiting, isFinished: true };
  if (!webhook.active) return { ...waiting, waitMs: heldMs };
  if (await isBusy(trx, span.webhookId)) return { ...waiting, waitMs: busyMs };
  const { found, place: next } = await requeueSlice(trx, span, place);
  await wakeLanes(trx, [span.webhookId], false);
  return { cursor: writePlace(next), processed: found, isFinished: found < sliceSize };
}
