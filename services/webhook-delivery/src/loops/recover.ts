import { type JobRow, type JobSlice, startJobLoop } from '@drippulse/db';
import type { Loop } from '@drippulse/loops';
import type { Transaction } from 'kysely';
import type { Context } from '../context.ts';
import { lockEndpoints } from '../db/locks.ts';
import type { DB } from '../db/schema.ts';
import { wakeLanes } from '../lanes/wake-lanes.ts';
import { readPlace, readSpan, recoveryKind, writePlace } from '../recoveries/recovery.ts';
import { hasDueEvents, requeueSlice, sliceSize } from '../recoveries/requeue.ts';

/** Pause while due events of the webhook still wait to be sent. */
const busyMs = 50;
/** Pause while the webhook is disabled. */
const disabledMs = 1000;

/** Queues the deliveries of recoveries again, slice by slice. */
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
  await lockEndpoints(trx, [span.webhookId]);
  const webhook = await trx
    .selectFrom('webhooks')
    .select('active')
    .where('organization_id', '=', job.organization_id)
    .where('id', '=', span.webhookId)
    .where('deleted_at', 'is', null)
    .executeTakeFirst();
  // Nothing is sent to a removed webhook, so its recovery ends.
  if (webhook === undefined) return { ...waiting, isFinished: true };
  if (!webhook.active) return { ...waiting, waitMs: disabledMs };
  if (await hasDueEvents(trx, span.webhookId)) return { ...waiting, waitMs: busyMs };
  const { found, place: next } = await requeueSlice(trx, job.organization_id, span, place);
  await wakeLanes(trx, [span.webhookId], false);
  return { cursor: writePlace(next), processed: found, isFinished: found < sliceSize };
}
