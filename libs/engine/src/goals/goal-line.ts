import type { CompiledGoal } from './compile-goals.ts';

/** Returns the line of a timeline which says that a goal was met. */
export function goalLine({ name, consequence }: Pick<CompiledGoal, 'name' | 'consequence'>): string {
  return `Goal "${name}" was met: ${consequence}`;
}

/** Matches a line of a timeline about a goal, as a regular expression of PostgreSQL. */
export const goalLinePattern = '^(\\[test\\] )?Goal ".*" was met: ';
