import type { JsonObject } from '@drippulse/json';
import type { z } from 'zod';
import type { Action } from '../actions.ts';
import { coerce } from './coerce.ts';
import { type InputProblem, problemsOf } from './problems.ts';

/** An input in the form that the action accepts, or the problems of the input. */
export type ReadInput = { input: z.output<z.ZodObject> } | { problems: InputProblem[] };

/**
 * Reads a rendered payload. Strings get the types of the schema, empty strings are treated as absent, and null clears a
 * field.
 */
export function readInput({ input: schema }: Pick<Action, 'input'>, payload: JsonObject): ReadInput {
  const read = schema.safeParse(coerce(schema, payload), { reportInput: true });
  if (read.success) return { input: read.data };
  const known = (path: readonly string[]) => (path.length === 0 ? Object.keys(schema.shape) : []);
  return { problems: problemsOf(read.error.issues, known) };
}

/** Describes the problems of an input in one sentence. */
export function inputSentence(problems: readonly InputProblem[]): string {
  return problems
    .slice(0, 5)
    .map(({ path, message }) => `${path.join('.') || 'the payload'} ${message}`)
    .join(', ');
}
