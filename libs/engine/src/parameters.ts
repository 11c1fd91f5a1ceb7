import type { ViolationCode } from '@drippulse/errors';
import { isRawNumber, type JsonObject, type JsonValue } from '@drippulse/json';
import { z } from 'zod';
import { objectOf } from './json-value.ts';
import { isTemplate, templateProblem } from './templates/template.ts';

/** The `params` of a rule that refuses the form of a text. */
export const formatCode = { code: 'format' } as const satisfies { code: ViolationCode };

/** The config of a step. Keeps unknown parameters. */
export function config<Shape extends z.ZodRawShape>(shape: Shape) {
  return z.looseObject(shape);
}

/** Text that may contain `{{ … }}`. A template that can't be parsed is invalid. */
export function template() {
  return z
    .string()
    .superRefine((text, context) => {
      const problem = templateProblem(text);
      if (problem)
        context.addIssue({ code: 'custom', message: `is not a valid template: ${problem}`, params: formatCode });
    })
    .meta({ format: 'template' });
}

/** A value of the schema, or a template whose text is checked when the step runs. */
export function orTemplate<Schema extends z.ZodType>(schema: Schema) {
  return z.union([template().refine(isTemplate, { abort: true }), schema]);
}

/** A number. Rounded to a double if it has more digits. */
export function number(schema: z.ZodNumber = z.number()) {
  return z.preprocess((value) => (isRawNumber(value) ? Number(value.rawJSON) : value), schema);
}

/** One of a few words, in any case. */
export function choice<const Words extends readonly [string, ...string[]]>(words: Words) {
  return z.preprocess((value) => words.find((word) => isSameWord(word, value)) ?? value, z.enum(words));
}

/** A JSON value whose strings may be templates. */
export function jsonTemplate() {
  return z.custom<JsonValue>().superRefine(checkTemplates).meta({});
}

/** A JSON object whose strings may be templates. */
export function jsonObjectTemplate() {
  return z.record(z.string(), z.custom<JsonValue>()).superRefine(checkTemplates);
}

/** A target: `next`, `end` or the id of a step. */
export function jump() {
  return z.string().min(1);
}

/** Most problems of a value that are looked for. */
const shownIssues = 100;

function isSameWord(word: string, value: unknown): boolean {
  return typeof value === 'string' && value.toLowerCase() === word.toLowerCase();
}

function checkTemplates(value: JsonValue | JsonObject, context: z.RefinementCtx, path: PropertyKey[] = []): void {
  if (context.issues.length >= shownIssues) return;
  if (typeof value === 'string') {
    const problem = templateProblem(value);
    if (problem)
      context.addIssue({ code: 'custom', path, message: `is not a valid template: ${problem}`, params: formatCode });
  } else {
    for (const [key, member] of Object.entries(Array.isArray(value) ? value : (objectOf(value) ?? {})))
      checkTemplates(member, context, [...path, key]);
  }
}
