import { type RawBuilder, sql } from 'kysely';

/** Days for which decisions are kept. */
const keptDays = 90;

/**
 * The place of a decision in the list. The list is in descending order of these members, compared one after the other.
 */
export type Place = { at: string; source: number; major: string; minor: string };

/** The part of a source that a page may show: `limit` rows after `after`. */
export type Window = { source: number; after: Place | undefined; limit: number; now: RawBuilder<Date> };

/**
 * Limits the rows of a source to the window, newest first. The rows have the columns `at`, `major` and `minor`. Times
 * are compared in milliseconds, as they are shown.
 */
export function cut(rows: RawBuilder<unknown>, window: Window): RawBuilder<unknown> {
  const { source, after, limit } = window;
  return sql`
    select * from (select row.*, date_trunc('milliseconds', row.at) as shown_at from (${rows}) as row) as row
    where at > ${keptSince(window)} ${isAfter(after, source)}
    order by shown_at desc, major desc, minor desc limit ${limit}`;
}

/** Returns the time from which decisions are kept. */
export function keptSince({ now }: Pick<Window, 'now'>): RawBuilder<Date> {
  return sql<Date>`${now} - ${sql.lit(keptDays)} * interval '1 day'`;
}

function isAfter(after: Place | undefined, source: number): RawBuilder<unknown> {
  if (after === undefined) return sql``;
  const { at, major, minor } = after;
  if (source < after.source) return sql`and shown_at <= ${at}::timestamptz`;
  if (source > after.source) return sql`and shown_at < ${at}::timestamptz`;
  return sql`and (shown_at, major, minor) < (${at}::timestamptz, ${major}::bigint, ${minor}::bigint)`;
}
