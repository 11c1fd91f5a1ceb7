import { timestampFromDate } from '@bufbuild/protobuf/wkt';
import { appendEvents } from '@drippulse/events';
import type { MeterName } from '@drippulse/topology';
import { type RawBuilder, sql, type Transaction } from 'kysely';
import { isMonthly, meterToProto, monthAfter, monthOf } from './meters.ts';
import { usageTopic } from './topics.ts';

/** The thresholds, in percent of the limit. */
const thresholds = [50, 80, 100, 120];

/** The current usage of one of an organization's meters. */
export type UseNow = { organizationId: bigint; meter: MeterName; used: bigint };

/**
 * Publishes the thresholds that usage has reached, each once for an organization, meter and month, in the transaction
 * that found the usage. Wake the relay after the commit. Returns the number of published thresholds.
 */
export async function noteThresholds<DB>(
  trx: Transaction<DB>,
  uses: readonly UseNow[],
  at: RawBuilder<Date>,
): Promise<number> {
  if (uses.length === 0) return 0;
  const { rows } = await sql<Reached>`
    with reached as (
      insert into usage_thresholds (organization_id, meter, period_start, threshold)
      select organization_id, meter, ${monthOf(at)}, threshold
      from unnest(
        ${uses.map(({ organizationId }) => organizationId)}::bigint[], ${uses.map(({ meter }) => meter)}::text[],
        ${uses.map(({ used }) => used)}::bigint[]) as uses (organization_id, meter, used)
      join usage_limits using (organization_id, meter)
      cross join unnest(${thresholds}::int[]) as threshold
      where included > 0 and used::numeric * 100 >= included::numeric * threshold
      order by 1, 2, 3, 4
      on conflict do nothing
      returning organization_id, meter, threshold
    )
    select organization_id, meter, threshold, included, ${monthOf(at)} as period_start, ${monthAfter(at)} as resets_at
    from reached join usage_limits using (organization_id, meter)
    order by organization_id, meter, threshold`.execute(trx);
  const used = new Map(uses.map((use) => [`${use.organizationId} ${use.meter}`, use.used]));
  await appendEvents(
    trx,
    usageTopic,
    rows.map((row) => ({
      organizationId: row.organization_id,
      aggregate: `organization:${row.organization_id}`,
      payload: {
        case: 'thresholdReached' as const,
        value: {
          meter: meterToProto(row.meter),
          threshold: row.threshold,
          used: used.get(`${row.organization_id} ${row.meter}`) ?? 0n,
          limit: row.included,
          ...(isMonthly(row.meter) && {
            periodStart: timestampFromDate(row.period_start),
            resetsAt: timestampFromDate(row.resets_at),
          }),
        },
      },
    })),
  );
  return rows.length;
}

type Reached = {
  organization_id: bigint;
  meter: MeterName;
  threshold: number;
  included: bigint;
  period_start: Date;
  resets_at: Date;
};
