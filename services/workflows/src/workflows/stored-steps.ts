import type { Step } from '@drippulse/engine';
import { parseJson } from '@drippulse/json';

/** Steps of a stored version. They were normalised and checked when they were saved, so they are not read again. */
export function storedSteps(stepsText: string): Step[] {
  return parseJson(stepsText) as unknown as Step[]; // this service stored it
}
