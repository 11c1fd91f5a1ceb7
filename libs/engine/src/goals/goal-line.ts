import type { CompiledGoal } from './compile-goals.ts';

/** Returns the timeline line that reports that a goal was met. */
export function goalLine({ name, consequence }: Pick<CompiledGoal, 'name' | 'consequence'>): string {
  return `Goal "${name}" was met: ${consequence}`;
}

/** A PostgreSQL regular expression that matches a timeline line about a goal. */
export const goalLinePattern = '^(\\[test\\] )?Goal ".*" was met: ';
