import type { JsonObject } from '@drippulse/json';
import type { CompiledStep, Definition } from './definition.ts';
import type { InTurns } from './in-turns.ts';
import { sizeOf } from './json-size.ts';
import { createMeter, stepUnits } from './meter.ts';
import { type Advance, type Entry, type GoalState, type Run, type RunState, visitsOf } from './run.ts';
import type { Scope } from './templates/scope.ts';

/**
 * Meter units charged for each character of the data when a step changes them, because the data are then copied,
 * measured and stored.
 */
const changeUnits = 4;
/** Maximum number of characters of keys and values in a run's data. */
const maxDataSize = 1024 * 1024;
export const dataTooLarge = 'the data of the run would be larger than 1 MiB';
const maxMessageLength = 4_000;
const maxWarnings = 20;

/** A run during a move. `advance` and `settleEffect` change the walk and return it as one value. */
export type Walk = {
  readonly definition: Definition;
  readonly run: Run;
  readonly scope: Scope;
  /** Step to run next. A value equal to the number of steps means the end. */
  index: number;
  /** Step that ran last. */
  lastIndex: number;
  visits: Record<string, number>;
  dataChanged: boolean;
  /** Meter units of the work of earlier steps, and of changes to the data. */
  work: number;
  /** Meter units spent on compiling in this move, up to the time when the definition's total was `compiledAt`. */
  compiled: number;
  compiledAt: number;
  /** Meter units of all work before the last pause. */
  pausedAt: number;
  readonly entries: Entry[];
  goals: GoalState | undefined;
  /** Names of goals that this move met. */
  readonly metGoals: string[];
};

export function startWalk(definition: Definition, run: Run, now: number): Walk {
  const { state, data, timezone, contactKey } = run;
  return {
    definition,
    run,
    scope: { data, now, timezone, contactKey, warnings: new Set(), meter: createMeter(stepUnits) },
    index: state.stepIndex,
    lastIndex: state.stepIndex,
    visits: state.visits,
    dataChanged: false,
    work: 0,
    compiled: 0,
    compiledAt: definition.compilation.work,
    pausedAt: 0,
    entries: [],
    goals: state.goals,
    metGoals: [],
  };
}

/** Gives a step its own warnings and its own budget of work. */
export function beginStep(walk: Walk): void {
  const { scope } = walk;
  walk.work = workOf(walk);
  scope.meter.spent = 0;
  scope.sizes = undefined;
  scope.warnings.clear();
}

/**
 * Returns the units of all steps' work so far. Compiling is not included, because it depends on the parts that other
 * runs have compiled.
 */
export function workOf({ work, scope }: Walk): number {
  return work + scope.meter.spent;
}

/**
 * Units of work (about 0.8 ms) after which other work gets a turn. The value is small, because the part that follows
 * may use a whole budget.
 */
const partUnits = 64 * 1024;

/** Whether other work should get a turn before the next part. */
export function needsPause(walk: Walk): boolean {
  return allWorkOf(walk) - walk.pausedAt >= partUnits;
}

/** Yields the units since the last pause. */
export function* pause(walk: Walk): InTurns<void> {
  const { compilation } = walk.definition;
  const work = allWorkOf(walk);
  yield work - walk.pausedAt;
  walk.pausedAt = work;
  // During the pause other runs may have compiled parts of the same definition.
  walk.compiled = work - workOf(walk);
  walk.compiledAt = compilation.work;
}

/** Returns the units of all work, including compiling. */
function allWorkOf(walk: Walk): number {
  return workOf(walk) + walk.compiled + walk.definition.compilation.work - walk.compiledAt;
}

/** Returns the result of a move that does nothing. */
export function unchanged({ state, data }: Run): Advance {
  return { state, data, dataChanged: false, entries: [], work: 0 };
}

/** Returns the number of the current visit of a step, from 1. */
export function visitOf(walk: Walk, step: CompiledStep): number {
  return visitsOf(walk, step.id) + 1;
}

/** Adds a line to the timeline, with the warnings of the step. */
export function note(
  walk: Walk,
  step: CompiledStep,
  status: Entry['status'],
  message: string,
  more?: Partial<Entry>,
): void {
  const { scope, run, entries } = walk;
  const text = run.mode === 'test' ? `[test] ${message}` : message;
  const entry: Entry = {
    stepIndex: step.index,
    stepId: step.id,
    stepName: step.name,
    type: step.type,
    status,
    message: text.length > maxMessageLength ? `${text.slice(0, maxMessageLength)}…` : text,
    attempt: 1,
    ...more,
  };
  if (scope.warnings.size > 0) entry.warnings = [...scope.warnings].slice(0, maxWarnings);
  entries.push(entry);
}

/** Merges the output of a step shallowly into the data. Returns false if the data would become too large. */
export function merge(walk: Walk, output: JsonObject): boolean {
  const data = { ...walk.scope.data, ...output };
  const size = sizeOf(data, maxDataSize);
  walk.work += changeUnits * Math.min(size, maxDataSize);
  if (size > maxDataSize) return false;
  walk.scope.data = data;
  walk.dataChanged = true;
  return true;
}

/** Leaves a step and moves to the next one. */
export function leave(walk: Walk, step: CompiledStep, next: number): undefined {
  if (step.inLoop) walk.visits = { ...walk.visits, [step.id]: visitOf(walk, step) };
  walk.lastIndex = step.index;
  walk.index = next;
}

/** Fails a step. The run fails too, unless the step's `on_error` leads to another step. */
export function fail(walk: Walk, step: CompiledStep, error: string, attempt = 1): Advance | undefined {
  const next = step.effect?.onErrorNext;
  if (next === undefined) return failRun(walk, step, error, attempt);
  noteFailure(walk, step, error, attempt);
  return leave(walk, step, next);
}

/** Fails a step and the run. */
export function failRun(walk: Walk, step: CompiledStep, error: string, attempt = 1): Advance {
  noteFailure(walk, step, error, attempt);
  return end(walk, step, 'failed');
}

function noteFailure(walk: Walk, step: CompiledStep, error: string, attempt: number): void {
  note(walk, step, 'failed', `Failed: ${error}`, { error, attempt });
}

/** Ends the run. The last step stays its current step. */
export function end(walk: Walk, step: { index: number }, status: RunState['status']): Advance {
  return close(walk, { status, stepIndex: step.index, phase: 'ready', wakeAt: null, attempt: 0 });
}

/** Ends the move at a step. */
export function stop(walk: Walk, phase: RunState['phase'], wakeAt: number | null): Advance {
  const attempt = phase === 'effect' || phase === 'parked' ? 1 : 0;
  return close(walk, { status: 'active', stepIndex: walk.index, phase, wakeAt, attempt });
}

/** Converts the walk to a result with a new state. */
export function close(walk: Walk, state: Omit<RunState, 'visits' | 'goals'>): Advance {
  const { entries, dataChanged, scope, visits, goals, metGoals } = walk;
  const result = { data: scope.data, dataChanged, entries, work: workOf(walk) };
  if (goals === undefined) return { ...result, state: { ...state, visits } };
  return { ...result, state: { ...state, visits, goals }, metGoals };
}
