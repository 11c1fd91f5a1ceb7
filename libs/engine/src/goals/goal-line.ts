import type { CompiledGoal } from './compile-goals.ts';

/** Returns the line of a timeline which reports that a goal was met. */
export function goalLine({ name, consequence }: Pick<CompiledGoal, 'name' | 'consequence'>): string {
  return `Goal "${name}" was met: ${consequence}`;
}

/** A regular expression of PostgreSQL that matches a timeline's line about a goal. */
export const goalLinePattern = '^(\\[test\\] )?Goal ".*" was met: ';
