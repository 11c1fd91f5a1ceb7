import type { CompiledGoal } from './compile-goals.ts';

/** The line of a timeline that says that a goal was met. */
export function goalLine({ name, consequence }: Pick<CompiledGoal, 'name' | 'consequence'>): string {
  return `Goal "${name}" was met: ${consequence}`;
}

/** Whether a line of a timeline is one of a goal, as a regular expression of PostgreSQL. */
export const goalLinePattern = '^(\\[test\\] )?Goal ".*" was met: ';
