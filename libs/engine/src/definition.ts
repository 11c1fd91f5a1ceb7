import type { JsonObject } from '@drippulse/json';
import { type Compilation, createCompilation } from './compilation.ts';
import { compileReEntry, type ReEntryRule } from './entry/re-entry.ts';
import { type EventTrigger, eventTriggerOf } from './event-trigger.ts';
import { type CompiledGoal, compileGoals } from './goals/compile-goals.ts';
import { loopsOf, reachableFrom } from './graph.ts';
import { bytesOf } from './json-bytes.ts';
import { weigh } from './meter.ts';
import { sourceOf } from './scheduled-trigger.ts';
import type { Settings } from './settings/settings.ts';
import type { Step } from './step.ts';
import type { CrmSelection } from './steps/crm-selection.ts';
import { findStepType } from './steps/registry.ts';
import type { BoundStep, EffectOfStep, EffectPolicy, Parks, RunStep } from './steps/step-type.ts';

/** Bytes of a step, in addition to its config. */
const stepBytes = 2_048;
/** Meter units charged for reading a config from its text into a bound step, per unit of the config's size. */
const readingUnits = 8;

/**
 * A version of a workflow, ready to run for any number of contacts. Steps, filter and goals are compiled when the first
 * contact reaches them.
 */
export type Definition = {
  /** The compiled parts of the definition. */
  readonly compilation: Compilation;
  readonly workflowId: string;
  readonly version: number;
  readonly steps: readonly CompiledStep[];
  /** The event that starts runs, if the trigger has one. */
  readonly eventTrigger?: EventTrigger | undefined;
  /** The CRM records that the trigger's schedule enrolls, if it enrolls any. */
  readonly source?: CrmSelection | undefined;
  /** The workflow's settings in this version. */
  readonly settings: Settings;
  readonly goals: readonly CompiledGoal[];
  /** The re-entry rule. If undefined, everybody may enter again. */
  readonly reEntry: ReEntryRule | undefined;
};

/** A step that is ready to run. */
export type CompiledStep = {
  readonly index: number;
  readonly id: string;
  readonly name: string;
  readonly type: string;
  /** Whether the step can be reached again, from itself or through a goal. Only then are its visits counted. */
  readonly inLoop: boolean;
  /** Compiles the step, unless it is compiled already. Throws StepFailure if it cannot be compiled. */
  readonly prepare: () => void;
  /** Runs the step. */
  readonly run: RunStep;
  readonly effect: CompiledEffect | undefined;
  readonly parks: Parks | undefined;
  /** The indexes of the steps that the exits lead to, by the keys of the exits. */
  readonly exits: ReadonlyMap<string, number>;
};

/**
 * The effect of a step, with its retries, and the step that follows when the effect fails (undefined: the run fails).
 */
export type CompiledEffect = EffectOfStep & {
  readonly maxAttempts: number;
  readonly backoffSeconds: number;
  readonly onErrorNext: number | undefined;
};

/**
 * Makes the definition of one version. Throws on an invalid step; `readSteps` refuses such steps when they are saved.
 * `onGrow` gets the bytes of memory that the definition takes now, and later the bytes of each part that is compiled.
 */
export function compileDefinition(source: {
  workflowId: string;
  version: number;
  steps: readonly Step[];
  settings?: Settings;
  onGrow?: (bytes: number) => void;
}): Definition {
  const { workflowId, version, steps, settings = {}, onGrow } = source;
  // Configs and settings were read from JSON.
  const values = [...steps.map(({ config }) => config), settings as JsonObject];
  const compilation = createCompilation({ onGrow, read: readingUnits * weigh(values, Number.POSITIVE_INFINITY) });
  const indexes = new Map(steps.map((step, index) => [step.id, index]));
  const bound = steps.map(bind);
  const exits = bound.map((step, index) => step.exits.map(({ target }) => resolveTarget(target, index)));
  const goals = compileGoals(settings.goals ?? [], (target) => resolveTarget(target, steps.length), compilation);
  // A goal may jump back once, so the steps that can be reached from its target may be visited again.
  const reachedByGoals = reachableFrom(
    exits,
    goals.flatMap(({ next }) => next ?? []),
  );
  const loops = new Set([...loopsOf(exits), ...reachedByGoals]);
  const compiled = bound.map((step, index) => compileStep(step, index));
  const triggers = { eventTrigger: eventTriggerOf(steps, compilation), source: sourceOf(steps) };
  onGrow?.(stepBytes * (steps.length + 1) + bytesOf(values));
  return {
    ...{ compilation, workflowId, version, steps: compiled, settings, goals, ...triggers },
    reEntry: compileReEntry(settings.re_entry, compilation),
  };

  function resolveTarget(target: string, index: number): number {
    const found = target === 'next' ? index + 1 : target === 'end' ? steps.length : indexes.get(target);
    if (found === undefined) throw new Error(`workflow ${workflowId} version ${version} has no step ${target}`);
    return found;
  }

  function compileStep({ step, effect, parks, policy, exits, compile }: Bound, index: number): CompiledStep {
    const { id, name, type } = step;
    const resolve = (target: string) => resolveTarget(target, index);
    const compiled = compilation.lazily((compiling) => compile({ workflowId, stepId: id, resolve, compiling }));
    return {
      index,
      id,
      name,
      type,
      inLoop: loops.has(index),
      prepare: () => void compiled(),
      run: (scope) => compiled()(scope),
      effect: effect && policy && { ...effect, ...policy, onErrorNext: onErrorNext(policy, resolve) },
      parks,
      exits: new Map(exits.flatMap(({ key, target }) => (key === undefined ? [] : [[key, resolve(target)] as const]))),
    };
  }
}

type Bound = BoundStep & {
  step: Step;
  effect: EffectOfStep | undefined;
  parks: Parks | undefined;
};

function bind(step: Step): Bound {
  const stepType = findStepType(step.type);
  const result = stepType?.read(step.config);
  if (!stepType || !result || !('bound' in result)) throw new Error(`step ${step.id} (${step.type}) can't be compiled`);
  return { ...result.bound, step, effect: stepType.effect, parks: stepType.parks };
}

function onErrorNext({ onError }: EffectPolicy, resolve: (target: string) => number): number | undefined {
  if (onError === 'fail') return undefined;
  return resolve(onError === 'continue' ? 'next' : onError);
}
