import { timestampDate } from '@bufbuild/protobuf/wkt';
import { meterFromProto, usageTopic } from '@drippulse/entitlements';
import { appendEvents, type Consumer, startConsumer, topicOf } from '@drippulse/events';
import { BillingEventSchema } from '@drippulse/proto/drippulse/billing/v1/events_pb';
import type { ThresholdReached } from '@drippulse/proto/drippulse/entitlements/v1/events_pb';
import { sql } from 'kysely';
import type { Context } from '../context.ts';
import { fromUnits } from '../entitlements/content.ts';
import { addNotice } from '../notices/notice-jobs.ts';

const topic = topicOf(BillingEventSchema);

/**
 * Reports that usage has reached a threshold of a limit. Each threshold is reported once for each meter and period,
 * however often a service announces it.
 */
export function consumeUsage(ctx: Context): Promise<Consumer> {
  return startConsumer({
    transport: ctx.events,
    topic: usageTopic,
    group: 'billing',
    db: ctx.db,
    log: ctx.log,
    metrics: ctx.registry,
    async handle(batch) {
      for (const { message } of batch) {
        if (message.payload.case === 'thresholdReached') {
          await report(ctx, message.organizationId, message.payload.value);
        }
      }
    },
  });
}

async function report(ctx: Context, organizationId: bigint, reached: ThresholdReached): Promise<void> {
  const meter = meterFromProto(reached.meter);
  if (meter === undefined) return;
  const { threshold, resetsAt, periodStart } = reached;
  const [used, limit] = [fromUnits(meter, reached.used), fromUnits(meter, reached.limit)];
  // A limit on the number of existing records has no period, so each of its thresholds is reported once a month.
  const period = periodStart ? sql`${timestampDate(periodStart)}` : sql`date_trunc('month', ${ctx.dbNow}, 'UTC')`;
  const isNew = await ctx.db.kysely.transaction().execute(async (trx) => {
    const { rows } = await sql<{ period_start: Date }>`
      insert into thresholds (organization_id, meter, period_start, threshold, reached_at)
      values (${organizationId}, ${meter}, ${period}, ${threshold}, ${ctx.dbNow})
      on conflict do nothing returning period_start`.execute(trx);
    const [row] = rows;
    if (row === undefined) return false;
    await appendEvents(trx, topic, [
      {
        organizationId,
        aggregate: `usage:${organizationId}`,
        payload: {
          case: 'usageThresholdReached',
          value: { meter, threshold, used, limit, ...(resetsAt && { resetsAt }) },
        },
      },
    ]);
    await addNotice(trx, organizationId, {
      kind: 'usage',
      key: `usage ${meter} ${row.period_start.toISOString()} ${threshold}`,
      meter,
      threshold,
      used,
      limit,
      resetsAt: resetsAt ? timestampDate(resetsAt).toISOString() : null,
    });
    return true;
  });
  if (!isNew) return;
  ctx.relay.wake();
  ctx.wake.notices();
}
