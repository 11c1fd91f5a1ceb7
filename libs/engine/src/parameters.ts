import type { ViolationCode } from '@drippulse/errors';
import { isRawNumber, type JsonValue } from '@drippulse/json';
import { z } from 'zod';
import { marked } from './template-places.ts';
import { isTemplate } from './templates/template.ts';

/** The `params` of a zod check of a string's format. */
export const formatCode = { code: 'format' } as const satisfies { code: ViolationCode };

/** Describes the config of a step. Keeps unknown parameters. */
export function config<Shape extends z.ZodRawShape>(shape: Shape) {
  return z.looseObject(shape);
}

/** Maximum number of problems to look for in one value. No more are shown, and finding each one takes much work. */
export const mostIssues = 100;

/** Accepts a string that may contain `{{ … }}`. `checkPlaces` checks whether it can be parsed. */
export function template() {
  return z.string().meta({ format: 'template' });
}

/** Accepts a value of the schema, or a template whose result is checked when the step runs. */
export function orTemplate<Schema extends z.ZodType>(schema: Schema) {
  return z.union([template().refine(isTemplate, { abort: true }), schema]);
}

/** Accepts a number. A number with more digits than a double is rounded to a double. */
export function number(schema: z.ZodNumber = z.number()) {
  return z.preprocess((value) => (isRawNumber(value) ? Number(value.rawJSON) : value), schema);
}

/** Accepts one of a few words, in any letter case. */
export function choice<const Words extends readonly [string, ...string[]]>(words: Words) {
  return z.preprocess((value) => words.find((word) => isSameWord(word, value)) ?? value, z.enum(words));
}

/** Accepts a JSON value whose strings may be templates. */
export function jsonTemplate() {
  return marked(z.custom<JsonValue>().meta({}), 'texts');
}

/** Accepts a JSON object whose strings may be templates. */
export function jsonObjectTemplate() {
  return marked(z.record(z.string(), z.custom<JsonValue>()), 'texts');
}

/** Accepts a target: `next`, `end` or the id of a step. */
export function jump() {
  return z.string().min(1);
}

function isSameWord(word: string, value: unknown): boolean {
  return typeof value === 'string' && value.toLowerCase() === word.toLowerCase();
}
