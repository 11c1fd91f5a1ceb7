import { type Kysely, sql } from 'kysely';
import type { DB } from '../db/schema.ts';
import type { Period } from '../periods/period.ts';

export type Interval = 'hour' | 'day' | 'week' | 'month';

/** Maximum number of points in a chart. */
export const mostPoints = 1_000;

/**
 * Returns the starts of a chart's points by the clock of a time zone, followed by the end of the last point. If the
 * chart has too many points, returns one more than the limit.
 */
export async function readPoints(
  db: Kysely<DB>,
  { from, until }: Period,
  { interval, timezone }: { interval: Interval; timezone: string },
): Promise<Date[]> {
  const beginOf = (at: Date) => sql`date_trunc(${interval}::text, ${at}::timestamptz, ${timezone}::text)`;
  const step = sql`${`1 ${interval}`}::interval`;
  const lastMoment = new Date(until.getTime() - 1);
  // If clocks change at midnight, a day begins at 01:00, and without a correction all later days would too. The slack
  // and the truncation give each day its own start. Hours need no slack.
  const slack = sql`${interval === 'hour' ? '0 hours' : '3 hours'}::interval`;
  const last = sql`date_add(${beginOf(lastMoment)}, ${step}, ${timezone}::text) + ${slack}`;
  const { rows } = await sql<{ at: Date }>`
    select date_trunc(${interval}::text, at, ${timezone}::text) as at
    from generate_series(${beginOf(from)}, ${last}, ${step}, ${timezone}::text) as at
    order by 1 limit ${mostPoints + 2}`.execute(db);
  return rows.map(({ at }) => at);
}
