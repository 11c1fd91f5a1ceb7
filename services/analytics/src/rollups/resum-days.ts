import { sql, type Transaction } from 'kysely';
import type { DB } from '../db/schema.ts';
import { replaceSums } from './replace-sums.ts';
import type { Span } from './span.ts';

/** Maximum shift of a day's start from midnight, for time zones whose clocks change at midnight. */
const slackHours = 3;

/**
 * Recomputes the sums of the days that a period touches, from quarter hours. The caller must have locked the
 * organization.
 */
export async function resumDays(trx: Transaction<DB>, organizationId: bigint, { from, until }: Span): Promise<void> {
  const { rows } = await sql<{ timezone: string; first: Date; last: Date }>`
    select timezone, date_trunc('day', ${from}::timestamptz, timezone) as first,
      date_trunc('day', ${until}::timestamptz - interval '1 microsecond', timezone) as last
    from organizations where organization_id = ${organizationId}`.execute(trx);
  const [days] = rows;
  if (days === undefined) return;
  const { timezone, first, last } = days;
  const day = sql`date_trunc('day', at, ${timezone}::text)`;
  const slack = sql`make_interval(hours => ${sql.lit(slackHours)})`;
  await replaceSums(trx, 'rollup_days', {
    isReplaced: sql`kept.organization_id = ${organizationId} and kept.at between ${first} and ${last}`,
    sums: sql`
      select organization_id, mode, kind, dimension, workflow_id, ${day} as at, version, variant, key,
        sum(count)::bigint as count, sum(amount)::bigint as amount
      from rollup_quarters
      where organization_id = ${organizationId}
        and at >= ${first}::timestamptz - ${slack} and at < ${last}::timestamptz + interval '24 hours' + ${slack}
        and ${day} between ${first} and ${last}
      group by 1, 2, 3, 4, 5, 6, 7, 8, 9`,
  });
}
