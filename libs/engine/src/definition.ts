import { type EventTrigger, eventTriggerOf } from './event-trigger.ts';
import { loopsOf } from './graph.ts';
import type { EffectKind } from './run.ts';
import { sourceOf } from './scheduled-trigger.ts';
import type { Step } from './step.ts';
import type { CrmSelection } from './steps/crm-selection.ts';
import { findStepType } from './steps/registry.ts';
import type { BoundStep, EffectPolicy, EffectStub, RunStep } from './steps/step-type.ts';

/** A compiled version of a workflow. Compile it once, and run it for any number of contacts. */
export type Definition = {
  readonly workflowId: string;
  readonly version: number;
  readonly steps: readonly CompiledStep[];
  /** The event that starts runs, if the trigger has one. */
  readonly eventTrigger?: EventTrigger | undefined;
  /** The CRM records that its schedule enrolls, if the trigger has any. */
  readonly source?: CrmSelection | undefined;
};

/** A step that is ready to run. */
export type CompiledStep = {
  readonly index: number;
  readonly id: string;
  readonly name: string;
  readonly type: string;
  /** Whether the step can be reached again from itself. Only then its visits are counted. */
  readonly inLoop: boolean;
  readonly run: RunStep;
  readonly effect: CompiledEffect | undefined;
};

/** The retries of a step's effect, and the step that follows its failure (undefined: the run fails). */
export type CompiledEffect = {
  readonly kind: EffectKind;
  readonly maxAttempts: number;
  readonly backoffSeconds: number;
  readonly onErrorNext: number | undefined;
  readonly stub: EffectStub;
};

/** Compiles the steps of one version. Throws on an invalid step: `readSteps` checks them when they are saved. */
export function compileDefinition(source: { workflowId: string; version: number; steps: readonly Step[] }): Definition {
  const { workflowId, version, steps } = source;
  const indexes = new Map(steps.map((step, index) => [step.id, index]));
  const bound = steps.map(bind);
  const loops = loopsOf(bound.map(({ exits }, index) => exits.map(({ target }) => resolveTarget(target, index))));
  const compiled = bound.map((step, index) => compileStep(step, index));
  return { workflowId, version, steps: compiled, eventTrigger: eventTriggerOf(steps), source: sourceOf(steps) };

  function resolveTarget(target: string, index: number): number {
    const found = target === 'next' ? index + 1 : target === 'end' ? steps.length : indexes.get(target);
    if (found === undefined) throw new Error(`workflow ${workflowId} version ${version} has no step ${target}`);
    return found;
  }

  function compileStep({ step, effect, policy, compile }: Bound, index: number): CompiledStep {
    const resolve = (target: string) => resolveTarget(target, index);
    return {
      index,
      id: step.id,
      name: step.name,
      type: step.type,
      inLoop: loops.has(index),
      run: compile({ workflowId, stepId: step.id, resolve }),
      effect: effect && policy && { ...effect, ...policy, onErrorNext: onErrorNext(policy, resolve) },
    };
  }
}

type Bound = BoundStep & { step: Step; effect: { kind: EffectKind; stub: EffectStub } | undefined };

function bind(step: Step): Bound {
  const stepType = findStepType(step.type);
  const result = stepType?.read(step.config);
  if (!stepType || !result || !('bound' in result)) throw new Error(`step ${step.id} (${step.type}) can't be compiled`);
  return { ...result.bound, step, effect: stepType.effect };
}

function onErrorNext({ onError }: EffectPolicy, resolve: (target: string) => number): number | undefined {
  if (onError === 'fail') return undefined;
  return resolve(onError === 'continue' ? 'next' : onError);
}
