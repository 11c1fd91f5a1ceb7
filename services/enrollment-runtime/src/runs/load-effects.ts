import type { EffectKind } from '@drippulse/engine';
import { sql } from 'kysely';
import type { Context } from '../context.ts';
import type { EffectOutcome } from '../effects/effect-call.ts';
import { isEffectKind } from '../effects/effects.ts';
import type { ClaimedRun, HandedOut, StoredEffect, Work } from './claimed-run.ts';
import { openRequest } from './sealed-request.ts';

type EffectRow = {
  enrollment_id: bigint;
  effect_key: string;
  kind: string;
  step_index: number;
  step_id: string;
  request: string;
  attempt: number;
  status: string;
  result: string | null;
};

/**
 * Sorts claimed runs. `works` go on, some from a result that was recorded after their lease was lost. `toPerform` have
 * an effect to perform or repeat, with the stored request.
 */
export async function loadEffects(
  ctx: Context,
  runs: readonly ClaimedRun[],
): Promise<{ works: Work[]; toPerform: HandedOut[] }> {
  const out = runs.filter((run) => run.state.phase === 'effect');
  const effects = await latestEffects(ctx, out);
  const works: Work[] = [];
  const toPerform: HandedOut[] = [];
  for (const run of runs) {
    const row = effects.get(run.identity.id);
    if (row === undefined) {
      works.push({ run });
      continue;
    }
    if (!isEffectKind(row.kind)) {
      // The lease of the run ends, and a process that knows the kind may claim it.
      ctx.log.error({ kind: row.kind, enrollment_id: String(row.enrollment_id) }, 'effects of this kind are not known');
      continue;
    }
    const effect = openEffect(ctx, row, row.kind);
    if (effect === undefined) continue;
    const isRecorded = row.attempt >= run.state.attempt || row.status === 'succeeded';
    if (isRecorded && row.result !== null) {
      // This service stored it as an outcome.
      const result: EffectOutcome = JSON.parse(row.result);
      works.push({ run, settled: { effect, result, durationMs: undefined } });
    } else {
      toPerform.push({ run, effect });
    }
  }
  return { works, toPerform };
}

/** The effect that each run handed out last. */
async function latestEffects(ctx: Context, runs: readonly ClaimedRun[]): Promise<Map<bigint, EffectRow>> {
  if (runs.length === 0) return new Map();
  const { rows } = await sql<EffectRow>`
    select effect.*
    from unnest(
      ${runs.map((run) => run.identity.id)}::bigint[],
      ${runs.map((run) => run.state.stepIndex)}::int[]) as run (enrollment_id, step_index)
    cross join lateral (
      select enrollment_id, effect_key, kind, step_index, step_id, request, attempt, status, result
      from effects
      where effects.enrollment_id = run.enrollment_id and effects.step_index = run.step_index
      order by created_at desc limit 1
    ) as effect`.execute(ctx.db.kysely);
  return new Map(rows.map((row) => [row.enrollment_id, row]));
}

/** Undefined when no key of this process opens its request. The lease of the run ends, and it is tried again. */
function openEffect(ctx: Context, row: EffectRow, kind: EffectKind): StoredEffect | undefined {
  const { effect_key: key, step_index: stepIndex, step_id: stepId } = row;
  try {
    return { key, kind, stepIndex, stepId, request: openRequest(ctx.sealer, key, row.request) };
  } catch (error) {
    ctx.log.error(
      { err: error, enrollment_id: String(row.enrollment_id) },
      'the request of an effect can not be opened',
    );
    return undefined;
  }
}
