import { type JsonObject, numberOf } from '@drippulse/json';
import { isJsonObject, storedObject } from '../json-objects.ts';
import type { ExecutionView } from './rows.ts';

/** Reads the score from an execution's output. If the output was removed, the score is 0 without factors. */
export function readScore({ output }: Pick<ExecutionView, 'output'>) {
  const { score, qualified, threshold, base, completeness, factors, model_version, shadow } = storedObject(output);
  return {
    score: numberOf(score) ?? 0,
    qualified: qualified === true,
    threshold: numberOf(threshold) ?? 0,
    base: numberOf(base) ?? 0,
    completeness: numberOf(completeness) ?? 0,
    factors: (Array.isArray(factors) ? factors : []).filter(isJsonObject).map(factorOf),
    modelVersion: numberOf(model_version),
    ...(isJsonObject(shadow) && { shadow: shadowOf(shadow) }),
  };
}

function factorOf({ name, weight, value, contribution }: JsonObject) {
  const known = numberOf(value);
  return {
    name: typeof name === 'string' ? name : '',
    weight: numberOf(weight) ?? 0,
    ...(known !== undefined && { value: known }),
    contribution: numberOf(contribution) ?? 0,
  };
}

function shadowOf({ model_version: version, score, qualified }: JsonObject) {
  return { modelVersion: numberOf(version) ?? 0, score: numberOf(score) ?? 0, qualified: qualified === true };
}
