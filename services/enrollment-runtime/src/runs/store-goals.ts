import { watchedUntil } from '@drippulse/engine';
import { sql, type Transaction } from 'kysely';
import type { DB } from '../db/schema.ts';
import type { Mark } from '../funnel/marks.ts';
import { addGoal, type StepCounting } from '../funnel/step-counts.ts';
import { tracksOf } from './count-steps.ts';
import type { Move } from './move.ts';
import { variantsAfter } from './variants.ts';

/**
 * Stores the goals that moves met, and limits the watches of ended runs to the period in which their goals can be met.
 * Adds the met goals to the counts of cohorts, and returns the changes of the workflow's counts. Runs of versions
 * without goals cost nothing.
 */
export async function storeGoals(
  trx: Transaction<DB>,
  moves: readonly Move[],
  { now, counting }: { now: Date; counting: StepCounting },
): Promise<Mark[]> {
  const own = moves.filter(({ definition }) => definition.goals.length > 0);
  if (own.length === 0) return [];
  const fresh = await storeMet(trx, own, now);
  await endWatches(trx, own, now);
  return own.flatMap((move): Mark[] => {
    const { run, definition, metGoals = [], outcome } = move;
    const { workflowId, mode } = run.identity;
    const met = metGoals.filter((name) => fresh.has(`${run.identity.id} ${name}`));
    const tracks =
      met.length === 0 ? [] : tracksOf(counting, run.identity, { definition, variants: variantsAfter(move) });
    const ms = now.getTime() - run.identity.createdAt.getTime();
    for (const { counts } of tracks) for (const name of met) addGoal(counts, name, ms);
    const marks = met.map((name): Mark => ({ workflowId, mode, kind: 'goal', name, by: 1 }));
    return outcome === undefined ? marks : [...marks, { workflowId, mode, kind: 'exited_by', name: outcome, by: 1 }];
  });
}

/** Stores met goals, and returns the goals that were not stored before. */
async function storeMet(trx: Transaction<DB>, moves: readonly Move[], now: Date): Promise<Set<string>> {
  const rows = moves.flatMap(({ run, metGoals = [] }) =>
    metGoals.map((goal) => ({
      workflow_id: run.identity.workflowId,
      enrollment_id: run.identity.id,
      met_at: now,
      goal,
    })),
  );
  if (rows.length === 0) return new Set();
  const inserted = await trx
    .insertInto('goals_met')
    .values(rows)
    .onConflict((conflict) => conflict.doNothing())
    .returning(['enrollment_id', 'goal'])
    .execute();
  return new Set(inserted.map(({ enrollment_id, goal }) => `${enrollment_id} ${goal}`));
}

async function endWatches(trx: Transaction<DB>, moves: readonly Move[], now: Date): Promise<void> {
  const ended = moves.filter(({ state }) => state.status !== 'active');
  if (ended.length === 0) return;
  const until = ended.map(({ run, definition }) => {
    const { createdAt, timezone } = run.identity;
    const times = { enteredAt: createdAt.getTime(), endedAt: now.getTime(), timezone };
    const ms = watchedUntil(definition.goals, times);
    return ms === undefined ? null : new Date(ms);
  });
  await sql`
    update goal_watches set expires_at = coalesce(ended.expires_at, ${now}::timestamptz)
    from unnest(${ended.map(({ run }) => run.identity.id)}::bigint[], ${until}::timestamptz[]) as ended (id, expires_at)
    where goal_watches.enrollment_id = ended.id`.execute(trx);
}
