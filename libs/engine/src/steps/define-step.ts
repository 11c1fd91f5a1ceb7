import type { JsonObject } from '@drippulse/json';
import { z } from 'zod';
import { type FindPlaces, placesIn } from '../template-places.ts';
import { describeIssues } from './describe-issues.ts';
import type { BoundStep, Exit, StepDefinition, StepType } from './step-type.ts';

const followingStep: readonly Exit[] = [{ target: 'next' }];

/** Makes a step type from its definition. Hides the type of its config, so that all step types fit in one registry. */
export function defineStep<Schema extends z.ZodType>(definition: StepDefinition<Schema>): StepType {
  const { exits, compile, effect, ...rest } = definition;
  let findPlaces: FindPlaces | undefined;
  return {
    ...rest,
    effect: effect && { kind: effect.kind, stub: effect.stub, shows: effect.shows },
    parameters: definition.config instanceof z.ZodObject ? Object.keys(definition.config.shape) : [],
    placesOf(config) {
      findPlaces ??= placesIn(definition.config);
      return findPlaces(config);
    },
    read(config) {
      const given = withoutNulls(config);
      const parsed = definition.config.safeParse(given);
      if (!parsed.success) return { problems: describeIssues(parsed.error.issues, given) };
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

/**
 * Removes null parameters, because null means absent, as in requests. A config without null is returned without
 * copying, because it may be large.
 */
function withoutNulls(config: JsonObject): JsonObject {
  if (!Object.values(config).includes(null)) return config;
  return Object.fromEntries(Object.entries(config).filter(([, value]) => value !== null));
}

function errorExits(onError: string): Exit[] {
  return onError === 'fail' || onError === 'continue' ? [] : [{ key: 'on_error', target: onError }];
}
