import type { Step } from '@drippulse/engine';
import { parseJson } from '@drippulse/json';

/**
 * Reads the steps of a stored version. They were normalised and checked when they were saved, so they are not checked
 * again.
 */
export function storedSteps(stepsText: string): Step[] {
  return parseJson(stepsText) as unknown as Step[]; // this service stored the text of an array of steps
}
