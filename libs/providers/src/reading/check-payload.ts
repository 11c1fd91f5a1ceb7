import type { JsonObject, JsonValue } from '@drippulse/json';
import { z } from 'zod';
import type { Action } from '../actions.ts';
import { coerce, innermost, objectOf } from './coerce.ts';
import { type InputProblem, problemsOf, unknownField } from './problems.ts';

/**
 * Returns the problems that a step's payload has before it is rendered: unknown fields, missing fields, and invalid
 * values without templates. Values with templates are checked when the step runs.
 */
export function checkPayload({ input }: Pick<Action, 'input'>, payload: JsonObject): InputProblem[] {
  return problemsAt(input, payload, []);
}

function problemsAt(schema: z.core.$ZodType, value: JsonValue | undefined, path: readonly string[]): InputProblem[] {
  if (value === undefined || !hasTemplate(value)) return judge(schema, value, path);
  const inner = innermost(schema);
  const object = objectOf(value);
  if (inner instanceof z.ZodObject && object !== undefined) return membersAt(inner, object, path);
  if (inner instanceof z.ZodArray && Array.isArray(value)) {
    return value.flatMap((item, index) => problemsAt(inner.element, item, [...path, String(index)]));
  }
  return [];
}

function membersAt({ shape }: z.ZodObject, object: JsonObject, path: readonly string[]): InputProblem[] {
  const known = Object.keys(shape);
  const unknown = Object.keys(object).filter((name) => !Object.hasOwn(shape, name));
  return [
    ...unknown.map((name) => unknownField(path, name, known)),
    ...known.flatMap((name) => problemsAt(shape[name], object[name], [...path, name])),
  ];
}

function judge(schema: z.core.$ZodType, value: JsonValue | undefined, path: readonly string[]): InputProblem[] {
  const read = z.safeParse(schema, coerce(schema, value), { reportInput: true });
  if (read.success) return [];
  const inner = innermost(schema);
  const names = inner instanceof z.ZodObject ? Object.keys(inner.shape) : [];
  const found = problemsOf(read.error.issues, (at) => (at.length === 0 ? names : []));
  return found.map((problem) => ({ ...problem, path: [...path, ...problem.path] }));
}

/** Whether a string in the value contains a template. */
function hasTemplate(value: JsonValue): boolean {
  if (typeof value === 'string') return value.includes('{{') || value.includes('{%');
  if (Array.isArray(value)) return value.some(hasTemplate);
  return Object.values(objectOf(value) ?? {}).some((member) => member !== undefined && hasTemplate(member));
}
