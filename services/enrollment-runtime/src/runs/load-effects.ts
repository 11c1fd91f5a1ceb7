import { type EffectKind, type ParkKind, skippedForGoal } from '@drippulse/engine';
import { sql } from 'kysely';
import type { Context } from '../context.ts';
import { isEffectKind } from '../effects/effects.ts';
import { isParkKind } from '../parkings.ts';
import type { ClaimedRun, HandedOut, StoredEffect, StoredParking, Work } from './claimed-run.ts';
import { openRequest } from './sealed-request.ts';
import { storedOutcome } from './stored-outcome.ts';

type EffectRow = {
  enrollment_id: bigint;
  effect_key: string;
  kind: string;
  step_index: number;
  step_id: string;
  created_at: Date;
  request: string;
  attempt: number;
  status: string;
  result: string | null;
};

/**
 * Sorts claimed runs. The runs in `works` move on, some of them from a result that was recorded after their lease was
 * lost. The runs in `toPerform` have an effect to perform or repeat, with the stored request.
 */
export async function loadEffects(
  ctx: Context,
  runs: readonly ClaimedRun[],
): Promise<{ works: Work[]; toPerform: HandedOut[] }> {
  const out = runs.filter((run) => run.state.phase === 'effect' || run.state.phase === 'parked');
  const effects = await latestEffects(ctx, out);
  const works: Work[] = [];
  const toPerform: HandedOut[] = [];
  for (const run of runs) {
    const row = effects.get(run.identity.id);
    if (row === undefined) {
      works.push({ run });
      continue;
    }
    if (isParkKind(row.kind)) {
      works.push(workOfParking(run, row, row.kind));
      continue;
    }
    if (!isEffectKind(row.kind)) {
      // The run is left alone until its lease ends. Then a process that supports the kind may claim it.
      ctx.log.error({ kind: row.kind, enrollment_id: String(row.enrollment_id) }, 'effects of this kind are not known');
      continue;
    }
    const effect = openEffect(ctx, row, row.kind);
    if (effect === undefined) continue;
    const isRecorded = row.attempt >= run.state.attempt || row.status === 'succeeded';
    if (isRecorded && row.result !== null) {
      works.push({ run, settled: { effect, result: storedOutcome(row.result), durationMs: undefined } });
    } else if (hasDueGoals(run) && run.state.phase === 'effect') {
      works.push({ run, settled: { effect, result: skippedForGoal, durationMs: 0, isCut: true } });
    } else {
      toPerform.push({ run, effect, asks: run.state.phase === 'parked' });
    }
  }
  return { works, toPerform };
}

/** Returns the work of a claimed parked run, which was settled or whose parking has come to its end. */
function workOfParking(run: ClaimedRun, row: EffectRow, kind: ParkKind): Work {
  const { effect_key: key, step_index: stepIndex, step_id: stepId, created_at: plannedAt, request } = row;
  const parking: StoredParking = { key, kind, stepIndex, stepId, plannedAt, request };
  if (row.result === null && hasDueGoals(run)) {
    return { run, settled: { effect: parking, result: skippedForGoal, durationMs: 0, isCut: true } };
  }
  if (row.result === null) return { run, expiring: parking };
  return { run, settled: { effect: parking, result: storedOutcome(row.result), durationMs: undefined } };
}

/**
 * Whether a goal acts on the run. If so, the run's effect is neither tried nor retried, because it may already have
 * been performed. A service that has accepted the effect is asked for the result first.
 */
function hasDueGoals({ state }: ClaimedRun): boolean {
  return state.goals !== undefined && state.goals.due.length > 0;
}

/** Finds the effect that each run handed out last. */
async function latestEffects(ctx: Context, runs: readonly ClaimedRun[]): Promise<Map<bigint, EffectRow>> {
  if (runs.length === 0) return new Map();
  const { rows } = await sql<EffectRow>`
    select effect.*
    from unnest(
      ${runs.map((run) => run.identity.id)}::bigint[],
      ${runs.map((run) => run.state.stepIndex)}::int[]) as run (enrollment_id, step_index)
    cross join lateral (
      select enrollment_id, effect_key, kind, step_index, step_id, created_at, request, attempt, status, result
      from effects
      where effects.enrollment_id = run.enrollment_id and effects.step_index = run.step_index
      order by created_at desc limit 1
    ) as effect`.execute(ctx.db.kysely);
  return new Map(rows.map((row) => [row.enrollment_id, row]));
}

/**
 * Opens a stored effect; undefined when no key of this process opens its request. The lease of the run then ends, and
 * the run is claimed again.
 */
function openEffect(ctx: Context, row: EffectRow, kind: EffectKind): StoredEffect | undefined {
  const { effect_key: key, step_index: stepIndex, step_id: stepId, created_at: plannedAt } = row;
  try {
    return { key, kind, stepIndex, stepId, plannedAt, request: openRequest(ctx.sealer, key, row.request) };
  } catch (error) {
    ctx.log.error(
      { err: error, enrollment_id: String(row.enrollment_id) },
      'the request of an effect cannot be opened',
    );
    return undefined;
  }
}
