import type { Violation } from '@drippulse/errors';
import { lengthProblems } from '../violations.ts';

const maxNameLength = 120;

export function keyNameProblems(name: string | null | undefined): Violation[] {
  return lengthProblems('name', name, maxNameLength);
}
