import type { GoalState } from '@drippulse/engine';
import { sql, type Transaction } from 'kysely';
import type { Context } from '../context.ts';
import type { DB } from '../db/schema.ts';
import { attemptEndsMs } from '../effects/attempt-ends.ts';
import type { Wake } from '../lanes/wake-lane.ts';
import { type Counted, noteCounted } from './note-counted.ts';
import type { Watched } from './watched.ts';

type Acting = { watched: Watched; goals: GoalState; counted: readonly Counted[]; at: Date };

type Run = { phase: string; step_index: number; status: string; lines: number; lease_until: Date | null };

/**
 * Records the goals of runs, with a line for each goal that is only counted. The runs are locked. When a goal acts on a
 * run, raising the fence takes the run from the worker that has leased it, and the run is due immediately, even if it
 * waits. If an effect is in flight, the run is due when the attempt has certainly ended, or when its result arrives. If
 * another service has accepted an effect, the run waits for that service. A paused run is due when it is resumed.
 */
export async function letGoalsAct(ctx: Context, trx: Transaction<DB>, acting: readonly Acting[]): Promise<Wake[]> {
  const wakes: Wake[] = [];
  for (const { watched, goals, counted, at } of acting) {
    const run = await findRun(trx, watched);
    if (run === undefined) continue;
    const isLeased = run.lease_until !== null;
    const isLeft = goals.due.length === 0 || (!isLeased && (await isAccepted(ctx, trx, watched, run)));
    // The worker that leased the run does not learn of goals that were counted here. It may find the rule of such a
    // goal true itself and add the line, so only goals that are met by an event get a line here.
    const isUnknown = isLeft && isLeased;
    const noted = isUnknown ? counted.filter(({ goal }) => goal.eventName !== undefined) : counted;
    await noteCounted(trx, watched, run, noted);
    if (isUnknown) continue;
    if (isLeft) await updateRun(trx, watched, sql`goals = ${JSON.stringify(goals)}::json`);
    else wakes.push(...(await cut(trx, watched, run, { goals, at })));
  }
  return wakes;
}

async function cut(
  trx: Transaction<DB>,
  watched: Watched,
  run: Run,
  { goals, at }: Pick<Acting, 'goals' | 'at'>,
): Promise<Wake[]> {
  const { workflow_id: workflowId, enrollment_id: enrollmentId } = watched;
  const isInFlight = run.phase === 'effect' && run.lease_until !== null;
  const endsMs = isInFlight ? await attemptEndsMs(trx, { enrollmentId, stepIndex: run.step_index }) : undefined;
  const dueAt = new Date(at.getTime() + (endsMs ?? 0));
  const isPaused = run.status === 'paused';
  await updateRun(
    trx,
    watched,
    sql`goals = ${JSON.stringify(goals)}::json, fence = fence + 1, lease_until = null,
      next_run_at = ${isPaused && run.phase === 'effect' ? sql`next_run_at` : sql`${dueAt}::timestamptz`},
      wake_at = ${isPaused ? sql`null` : sql`${dueAt}::timestamptz`}`,
  );
  return isPaused ? [] : [{ workflowId, at: dueAt }];
}

async function updateRun(trx: Transaction<DB>, watched: Watched, columns: ReturnType<typeof sql>): Promise<void> {
  await sql`
    update runs set ${columns}
    where workflow_id = ${watched.workflow_id} and enrollment_id = ${watched.enrollment_id}`.execute(trx);
}

async function findRun(trx: Transaction<DB>, { workflow_id, enrollment_id }: Watched): Promise<Run | undefined> {
  return trx
    .selectFrom('runs')
    .select(['phase', 'step_index', 'status', 'lines', 'lease_until'])
    .where('workflow_id', '=', workflow_id)
    .where('enrollment_id', '=', enrollment_id)
    .executeTakeFirst();
}

/** Whether the run is parked for an effect that another service has accepted and must settle first. */
async function isAccepted(
  ctx: Context,
  trx: Transaction<DB>,
  { workflow_id, version }: Watched,
  run: Run,
): Promise<boolean> {
  if (run.phase !== 'parked') return false;
  const definition = await ctx.definitions.get(workflow_id, version, trx);
  return definition.steps[run.step_index]?.parks === undefined;
}
