import type { z } from 'zod';
import { describeIssues } from './describe-issues.ts';
import type { BoundStep, Exit, StepDefinition, StepType } from './step-type.ts';

const followingStep: readonly Exit[] = [{ target: 'next' }];

/** Closes a step type over its config's type, so that types with different configs fit in one registry. */
export function defineStep<Schema extends z.ZodType>(definition: StepDefinition<Schema>): StepType {
  const { exits, compile, effect, ...rest } = definition;
  return {
    ...rest,
    effect: effect && { kind: effect.kind, stub: effect.stub },
    read(config) {
      const parsed = definition.config.safeParse(config);
      if (!parsed.success) return { problems: describeIssues(parsed.error.issues, config) };
      const policy = effect?.policy(parsed.data);
      const ways = exits?.(parsed.data) ?? followingStep;
      const bound: BoundStep = {
        exits: policy ? [...ways, ...errorExits(policy.onError)] : ways,
        policy,
        compile: (place) => compile(parsed.data, place),
      };
      return { bound };
    },
  };
}

function errorExits(onError: string): Exit[] {
  return onError === 'fail' || onError === 'continue' ? [] : [{ key: 'on_error', target: onError }];
}
