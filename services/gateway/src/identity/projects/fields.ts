import type { Violation } from '@drippulse/errors';
import { lengthProblems, textProblems } from '../violations.ts';

const maxNameLength = 255;
const maxDescriptionLength = 10_000;

/** Fields of a request. An absent field is not checked. Null is refused for the name and clears any other field. */
export type ProjectFields = { name?: string | null; description?: string | null; color?: string | null };

export function projectProblems({ name, description, color }: ProjectFields): Violation[] {
  return [
    ...(name === undefined ? [] : textProblems('name', name, maxNameLength)),
    ...lengthProblems('description', description, maxDescriptionLength),
    ...(color && !/^#[0-9a-f]{6}$/i.test(color)
      ? [{ field: 'color', message: 'must look like #1f6feb', code: 'format' as const }]
      : []),
  ];
}
