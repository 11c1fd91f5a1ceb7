import { type Kysely, type RawBuilder, sql } from 'kysely';
import type { DB } from '../db/schema.ts';
import type { MetGoal } from './enrollment-row.ts';

type Key = { workflowId: bigint; id: bigint };
type Text = { name: string; at: string }[] | null;

/** Selects the goals that an enrollment met as JSON, oldest first, or null. Both arguments are SQL expressions. */
export function goalsMetQuery(workflowId: RawBuilder<unknown>, id: RawBuilder<unknown>): RawBuilder<string | null> {
  return sql`(
    select json_agg(json_build_object('name', goal, 'at', met_at) order by met_at, goal)::text
    from goals_met where workflow_id = ${workflowId} and enrollment_id = ${id})`;
}

/** Reads the JSON that `goalsMetQuery` selects. */
export function readGoalsMet(text: string | null): MetGoal[] {
  const goals: Text = JSON.parse(text ?? 'null');
  return (goals ?? []).map(({ name, at }) => ({ name, at: new Date(at) }));
}

/** Reads the goals that enrollments have met. */
export async function metGoals(db: Kysely<DB>, keys: readonly Key[]): Promise<(key: Key) => MetGoal[]> {
  const found = new Map<bigint, MetGoal[]>();
  if (keys.length > 0) {
    const { rows } = await sql<{ id: bigint; goals: string | null }>`
      select asked.id, ${goalsMetQuery(sql`asked.workflow_id`, sql`asked.id`)} as goals
      from unnest(${keys.map(({ workflowId }) => workflowId)}::bigint[], ${keys.map(({ id }) => id)}::bigint[])
        as asked (workflow_id, id)`.execute(db);
    for (const { id, goals } of rows) found.set(id, readGoalsMet(goals));
  }
  return ({ id }) => found.get(id) ?? [];
}
