import { type Kysely, type RawBuilder, sql } from 'kysely';
import type { Context } from '../context.ts';
import type { DB } from '../db/schema.ts';

/** Kinds of items that a loop processes one at a time. */
export type PostponedKind =
  | 'spread_event'
  | 'judge_mail'
  | 'release_held'
  | 'drain_workflow'
  | 'notify_approvals'
  | 'notify_held';

const longestSeconds = 3_600;

/**
 * Postpones an item whose work failed: by two seconds after the first failure, twice as long after each further
 * failure, at most an hour. An item is never given up, because a release or an operator may remove the cause.
 */
export async function postpone(
  { db, dbNow, log }: Pick<Context, 'db' | 'dbNow' | 'log'>,
  { kind, item }: { kind: PostponedKind; item: string },
  error: unknown,
): Promise<void> {
  const { rows } = await sql<{ failures: number }>`
    insert into postponements as known (kind, item, failures, since, retry_at)
    values (${kind}, ${item}, 1, ${dbNow}, ${dbNow} + interval '2 seconds')
    on conflict (kind, item) do update set failures = known.failures + 1,
      retry_at = ${dbNow} + least(2 ^ least(known.failures + 1, 20), ${longestSeconds}) * interval '1 second'
    returning failures`.execute(db.kysely);
  log.error({ err: error, kind, item, failures: rows[0]?.failures }, 'work failed and is postponed');
}

/** Returns the condition that an item waits for its next try. `item` is an expression of its id as text. */
export function isPostponed(
  { dbNow }: Pick<Context, 'dbNow'>,
  kind: PostponedKind,
  item: RawBuilder<unknown>,
): RawBuilder<boolean> {
  return sql<boolean>`exists (
    select from postponements where kind = ${sql.lit(kind)} and postponements.item = ${item} and retry_at > ${dbNow})`;
}

/** Deletes the failures of items whose work succeeded. */
export async function recovered(db: Kysely<DB>, kind: PostponedKind, items: readonly string[]): Promise<void> {
  await sql`delete from postponements where kind = ${kind} and item = any(${items}::text[])`.execute(db);
}
