import type { PastEntries, ReEntryRule } from '@drippulse/engine';
import { sql, type Transaction } from 'kysely';
import type { DB } from '../../db/schema.ts';

type Scope = { workflowId: bigint; mode: string; rule: ReEntryRule };

/** Maximum number of keys in one statement. */
const sliceKeys = 1_000;

/**
 * Reads the newest entries of each key in a workflow, as many as the rule considers, and the number of the key's active
 * entries. The keys are locked, so that no entry is missed.
 */
export async function pastEntries(
  trx: Transaction<DB>,
  scope: Scope,
  keys: readonly bigint[],
): Promise<Map<bigint, PastEntries>> {
  const past = new Map<bigint, PastEntries>();
  for (let start = 0; start < keys.length; start += sliceKeys) {
    for (const row of await readSlice(trx, scope, keys.slice(start, start + sliceKeys))) {
      past.set(row.key, { enteredAt: row.entered_at.map((at) => at.getTime()), running: row.running });
    }
  }
  return past;
}

async function readSlice(trx: Transaction<DB>, { workflowId, mode, rule }: Scope, keys: readonly bigint[]) {
  const column = sql.ref(rule.key === undefined ? 'contact_hash' : 'entry_hash');
  const runs =
    rule.concurrent === undefined
      ? sql`0`
      : sql`(
        select count(*)::int from (
          select from enrollments as e join runs on runs.workflow_id = e.workflow_id and runs.enrollment_id = e.id
          where e.workflow_id = ${workflowId} and e.${column} = asked.key and e.mode = ${mode} limit ${rule.concurrent}
        ) as running)`;
  const { rows } = await sql<{ key: bigint; entered_at: Date[]; running: number }>`
    select asked.key, past.entered_at, ${runs} as running
    from unnest(${keys}::bigint[]) as asked (key)
    cross join lateral (
      select array_agg(created_at order by id desc) as entered_at from (
        select id, created_at from enrollments
        where workflow_id = ${workflowId} and ${column} = asked.key and mode = ${mode}
        order by id desc limit ${rule.lookedAt}
      ) as newest
    ) as past
    where past.entered_at is not null`.execute(trx);
  return rows;
}
