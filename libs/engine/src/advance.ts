import type { JsonObject } from '@drippulse/json';
import type { CompiledStep, Definition } from './definition.ts';
import { atOnce, type InTurns } from './in-turns.ts';
import { objectOf } from './json-value.ts';
import { hasDueGoals, meetGoals } from './meet-goals.ts';
import { stepUnits } from './meter.ts';
import type { Advance, Effect, Parked, Run, RunState } from './run.ts';
import { StepFailure } from './step-failure.ts';
import type { Outcome } from './steps/step-type.ts';
import { formatInstant } from './time/instants.ts';
import {
  beginStep,
  dataTooLarge,
  end,
  fail,
  failRun,
  leave,
  merge,
  needsPause,
  note,
  pause,
  startWalk,
  stop,
  unchanged,
  visitOf,
  type Walk,
  workOf,
} from './walk.ts';

/** Units of work after which a move stops and leaves the run due immediately: twice the budget of one step. */
export const moveUnits = 2 * stepUnits;
/** Maximum number of visits of one step. The next visit fails the run, because the loop seems endless. */
const maxVisits = 100;

/**
 * Runs as many steps as possible: up to a wait, an effect, the end, `maxSteps`, or `moveUnits` of work. A run that
 * stops at `maxSteps` or `moveUnits` is due immediately. Returns a run unchanged if it is not due, waits for an effect,
 * is parked or has ended. Equal arguments give equal results, so a result that a dead process did not store can be
 * computed again.
 */
export function advance(definition: Definition, run: Run, now: Date, maxSteps?: number): Advance {
  return atOnce(advanceInTurns(definition, run, now, maxSteps));
}

/** Advances a run in turns. Each turn is at most one part of a step: its compilation, its work, or its data change. */
export function* advanceInTurns(definition: Definition, run: Run, now: Date, maxSteps = 1_000): InTurns<Advance> {
  const at = now.getTime();
  if (!isDue(run.state, at)) return unchanged(run);
  const walk = startWalk(definition, run, at);
  const result = yield* takeSteps(walk, maxSteps);
  yield* pause(walk);
  return result;
}

function* takeSteps(walk: Walk, maxSteps: number): InTurns<Advance> {
  const { definition, run, scope } = walk;
  if (run.state.phase === 'waiting' && !hasDueGoals(walk)) endWait(walk, run.state.wakeAt ?? scope.now);
  for (let count = 0; ; count++) {
    const step = definition.steps[walk.index];
    if (!step) return end(walk, { index: walk.lastIndex }, 'completed');
    if (count >= maxSteps || workOf(walk) > moveUnits) return stop(walk, 'ready', scope.now);
    const met = definition.goals.length > 0 ? yield* meetGoals(walk, step) : undefined;
    if (met === 'jumped') continue;
    const stopped = met ?? (yield* takeStep(walk, step));
    if (stopped) return stopped;
  }
}

function isDue({ status, phase, wakeAt }: RunState, now: number): boolean {
  if (status !== 'active' || phase === 'effect' || phase === 'parked') return false;
  return phase === 'ready' || wakeAt === null || wakeAt <= now;
}

function endWait(walk: Walk, until: number): void {
  const step = walk.definition.steps[walk.index];
  if (!step) return;
  note(walk, step, 'succeeded', `Waited until ${formatInstant(until)}`);
  leave(walk, step, step.index + 1);
}

function* takeStep(walk: Walk, step: CompiledStep): InTurns<Advance | undefined> {
  beginStep(walk);
  if (step.inLoop && visitOf(walk, step) > maxVisits) {
    return failRun(walk, step, `the step was visited ${maxVisits} times; the loop it is in does not end`);
  }
  try {
    if (needsPause(walk)) yield* pause(walk);
    step.prepare();
    if (needsPause(walk)) yield* pause(walk);
    const outcome = step.run(walk.scope);
    if (needsPause(walk)) yield* pause(walk);
    return apply(walk, step, outcome);
  } catch (error) {
    if (error instanceof StepFailure) return fail(walk, step, error.message);
    throw error;
  }
}

function apply(walk: Walk, step: CompiledStep, outcome: Outcome): Advance | undefined {
  switch (outcome.kind) {
    case 'done': {
      const { message, output, next = step.index + 1, variant } = outcome;
      if (output && !merge(walk, output)) throw new StepFailure(dataTooLarge);
      note(walk, step, 'succeeded', message, { ...(output && { output }), ...(variant !== undefined && { variant }) });
      return leave(walk, step, next);
    }
    case 'skipped':
      note(walk, step, 'skipped', `Skipped: ${outcome.reason}`);
      return leave(walk, step, step.index + 1);
    case 'wait':
      return beginWait(walk, step, outcome.until, outcome.span);
    case 'effect':
      return handOut(walk, step, outcome.request);
    case 'park':
      return park(walk, step, outcome);
    case 'end':
      note(walk, step, 'succeeded', outcome.message, outcome.error ? { error: outcome.error } : undefined);
      return end(walk, step, outcome.status);
  }
}

function beginWait(walk: Walk, step: CompiledStep, until: number, span: string): Advance | undefined {
  if (until <= walk.scope.now) {
    note(walk, step, 'succeeded', `Did not wait: ${formatInstant(until)} is past`);
    return leave(walk, step, step.index + 1);
  }
  note(walk, step, 'waiting', `Waiting ${span} (until ${formatInstant(until)})`);
  return stop(walk, 'waiting', until);
}

/** Hands an effect out. The timeline line of the effect is written when the effect is settled. */
function handOut(walk: Walk, step: CompiledStep, request: JsonObject): Advance {
  if (!step.effect) throw new Error(`step type ${step.type} has no effect`);
  const effect: Effect = { ...intentOf(walk, step, request), kind: step.effect.kind };
  return { ...stop(walk, 'effect', null), effect };
}

function park(walk: Walk, step: CompiledStep, outcome: Extract<Outcome, { kind: 'park' }>): Advance {
  if (!step.parks) throw new Error(`step type ${step.type} does not park`);
  note(walk, step, 'waiting', outcome.message);
  const { kind, previews } = step.parks;
  const request = previews === undefined ? outcome.request : withPreview(walk, step, previews, outcome.request);
  const parked: Parked = { ...intentOf(walk, step, request), kind };
  return { ...stop(walk, 'parked', outcome.until), parked };
}

/**
 * Adds a preview of the next effect to the request of a parking: the effect of the step at this exit. The data do not
 * change while the run is parked, so the later effect equals the preview, unless its templates use the time.
 */
function withPreview(walk: Walk, step: CompiledStep, exit: string, request: JsonObject): JsonObject {
  const next = walk.definition.steps[step.exits.get(exit) ?? -1];
  const effect = next?.effect && requestOf(walk, next);
  if (next?.effect === undefined || effect === undefined) return request;
  const shown = next.effect.shows.flatMap((name) => {
    const value = effect[name];
    return value === undefined ? [] : [[name, value] as const];
  });
  const shownEffect = { step_id: next.id, step_name: next.name, type: next.type, ...Object.fromEntries(shown) };
  return { ...request, preview: { ...objectOf(request['preview']), effect: shownEffect } };
}

/**
 * Returns the request that a step would hand out now; undefined if the step would hand out no request. Warnings are
 * noted only when the request is handed out.
 */
function requestOf(walk: Walk, step: CompiledStep): JsonObject | undefined {
  const { scope } = walk;
  const warnings = [...scope.warnings];
  try {
    const outcome = step.run(scope);
    return outcome.kind === 'effect' ? outcome.request : undefined;
  } catch (error) {
    if (error instanceof StepFailure) return undefined;
    throw error;
  } finally {
    scope.warnings.clear();
    for (const warning of warnings) scope.warnings.add(warning);
  }
}

function intentOf(walk: Walk, step: CompiledStep, request: JsonObject) {
  const visit = visitOf(walk, step);
  const key = `${walk.run.enrollmentKey}:${step.id}:${visit}`;
  return { key, stepIndex: step.index, stepId: step.id, visit, request };
}
