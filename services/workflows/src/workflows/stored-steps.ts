import { randomUUID } from 'node:crypto';
import { readSteps, type Step } from '@drippulse/engine';

/** The steps of a stored version. They were checked when they were stored. */
export function storedSteps(stepsText: string): Step[] {
  return readSteps(stepsText, { active: false, makeId: randomUUID }).steps;
}
