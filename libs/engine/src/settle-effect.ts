import type { CompiledEffect, CompiledStep, Definition } from './definition.ts';
import { atOnce, type InTurns } from './in-turns.ts';
import { actOnDueGoals, hasDueGoals } from './meet-goals.ts';
import type { Advance, EffectResult, Run, RunState } from './run.ts';
import { StepFailure } from './step-failure.ts';
import { formatInstant } from './time/instants.ts';
import {
  close,
  dataTooLarge,
  end,
  fail,
  leave,
  merge,
  needsPause,
  note,
  pause,
  startWalk,
  stop,
  unchanged,
  type Walk,
} from './walk.ts';

const longestPauseMs = 6 * 3_600_000;
const longestRetryAfterMs = 24 * 3_600_000;

/**
 * Applies the result of the effect that is handed out, or of the parking. After success or skip, merges the output and
 * makes the next step ready for `advance`. A held or accepted effect remains the current step. After a failure, makes
 * the effect due again at `wakeAt`, with the same key and request; after the last attempt, follows `on_error`. If the
 * run does not wait for this result, nothing changes.
 */
export function settleEffect(
  definition: Definition,
  run: Run,
  effect: SettledEffect,
  result: EffectResult,
  now: Date,
  random: number,
): Advance {
  return atOnce(settleInTurns(definition, run, effect, result, now, random));
}

/** Settles an effect in turns, which are bounded as in `advanceInTurns`. */
export function* settleInTurns(
  definition: Definition,
  run: Run,
  effect: SettledEffect,
  result: EffectResult,
  now: Date,
  random: number,
): InTurns<Advance> {
  const step = definition.steps[effect.stepIndex];
  if (!step || step.id !== effect.stepId || !isAwaited(run.state, effect)) return unchanged(run);
  const walk = startWalk(definition, run, now.getTime());
  const settled = yield* settleOn(walk, step, { attempt: effect.attempt, result, random });
  yield* pause(walk);
  return settled;
}

/** The effect that was handed out. */
type SettledEffect = { stepIndex: number; stepId: string; attempt: number };

function* settleOn(
  walk: Walk,
  step: CompiledStep,
  { attempt, result, random }: { attempt: number; result: EffectResult; random: number },
): InTurns<Advance> {
  if (hasDueGoals(walk) && result.outcome !== 'accepted') return yield* settleForGoal(walk, step, result);
  if (result.outcome === 'held') return hold(walk, step, result);
  if (result.outcome === 'accepted') return accept(walk, step, result);
  if (result.outcome === 'failed' && result.retryable && step.effect && attempt < step.effect.maxAttempts) {
    return retry(walk, step, step.effect, result, random);
  }
  // A step that parks has already noted its warnings.
  if (step.effect) yield* repeatWarnings(walk, step);
  const ended = settle(walk, step, result);
  if (ended) return ended;
  if (walk.index >= walk.definition.steps.length) return end(walk, step, 'completed');
  return stop(walk, 'ready', null);
}

/**
 * Settles the effect, then applies the goals that were met in the meantime. The effect is not retried, and its failure
 * does not fail the run.
 */
function* settleForGoal(walk: Walk, step: CompiledStep, result: Final | Hold): InTurns<Advance> {
  yield* repeatWarnings(walk, step);
  settle(walk, step, result.outcome === 'held' ? skippedForGoal : result);
  return actOnDueGoals(walk, step);
}

function isAwaited(state: RunState, effect: { stepIndex: number; attempt: number }): boolean {
  const { status, phase, stepIndex, attempt } = state;
  const isOut = phase === 'effect' || phase === 'parked';
  return status === 'active' && isOut && stepIndex === effect.stepIndex && attempt === effect.attempt;
}

type Hold = Extract<EffectResult, { outcome: 'held' }>;
type Accepted = Extract<EffectResult, { outcome: 'accepted' }>;
type Final = Exclude<EffectResult, Hold | Accepted>;

/** The result of work that is skipped because a goal was met. */
export const skippedForGoal = { outcome: 'skipped', reason: 'a goal was met' } as const satisfies EffectResult;

/** Makes a held effect due again later, as the same attempt. */
function hold(walk: Walk, step: CompiledStep, { reason, rule, until, lostTo }: Hold): Advance {
  const { attempt } = walk.run.state;
  const heldBy = { rule, until, ...(lostTo && { lostTo }) };
  note(walk, step, 'waiting', `Held until ${formatInstant(until)}: ${reason}`, { attempt, heldBy });
  return close(walk, { status: 'active', stepIndex: step.index, phase: 'effect', wakeAt: until, attempt });
}

function accept(walk: Walk, step: CompiledStep, { until, message }: Accepted): Advance {
  const { attempt } = walk.run.state;
  note(walk, step, 'waiting', `${message} (until ${formatInstant(until)})`, { attempt });
  return close(walk, { status: 'active', stepIndex: step.index, phase: 'parked', wakeAt: until, attempt });
}

function settle(walk: Walk, step: CompiledStep, result: Final): Advance | undefined {
  const { attempt } = walk.run.state;
  if (result.outcome === 'failed') return fail(walk, step, result.error, attempt);
  if (result.outcome === 'skipped') {
    note(walk, step, 'skipped', `Skipped: ${result.reason}`, { attempt });
    return leave(walk, step, step.index + 1);
  }
  const { message, output, exit } = result;
  if (output && !merge(walk, output)) return fail(walk, step, dataTooLarge, attempt);
  note(walk, step, 'succeeded', message, output ? { attempt, output } : { attempt });
  return leave(walk, step, exit === undefined ? step.index + 1 : exitOf(step, exit));
}

function exitOf({ id, exits }: CompiledStep, key: string): number {
  const next = exits.get(key);
  if (next === undefined) throw new Error(`step ${id} has no exit ${key}`);
  return next;
}

type Failure = Extract<EffectResult, { outcome: 'failed' }>;

function retry(walk: Walk, step: CompiledStep, effect: CompiledEffect, failure: Failure, random: number): Advance {
  const { attempt } = walk.run.state;
  const wakeAt = walk.scope.now + pauseMs(effect.backoffSeconds, attempt, failure.retryAfterSeconds, random);
  const message = `Attempt ${attempt} of ${effect.maxAttempts} failed, next at ${formatInstant(wakeAt)}`;
  note(walk, step, 'retrying', `${message}: ${failure.error}`, { error: failure.error, attempt });
  return close(walk, { status: 'active', stepIndex: step.index, phase: 'effect', wakeAt, attempt: attempt + 1 });
}

/**
 * Returns the pause before a retry. It doubles with each failure, and varies randomly by ±20 %. `Retry-After` is a
 * minimum.
 */
function pauseMs(
  backoffSeconds: number,
  attempt: number,
  retryAfterSeconds: number | undefined,
  random: number,
): number {
  const pause = Math.min(backoffSeconds * 1_000 * 2 ** (attempt - 1), longestPauseMs);
  const asked = Math.min((retryAfterSeconds ?? 0) * 1_000, longestRetryAfterMs);
  return Math.round(Math.max(pause * (0.8 + 0.4 * random), asked));
}

/**
 * Renders a step again to get its warnings, so that they need not be stored. The warnings are the same, because the
 * data has not changed since the first rendering.
 */
function* repeatWarnings(walk: Walk, step: CompiledStep): InTurns<void> {
  try {
    step.prepare();
    if (needsPause(walk)) yield* pause(walk);
    step.run(walk.scope);
  } catch (error) {
    if (!(error instanceof StepFailure)) throw error;
  }
  if (needsPause(walk)) yield* pause(walk);
}
