import type { JsonObject, JsonValue } from '@drippulse/json';
import { z } from 'zod';
import { choice, config, formatCode, jsonTemplate } from '../parameters.ts';
import type { Scope } from '../templates/scope.ts';
import { compileJson, type Template } from '../templates/template.ts';
import { compileLookup } from './lookup.ts';
import { type Operator, operators } from './operators.ts';

/** A compiled rule. */
export type Rule = (scope: Scope) => boolean;

const operatorNames = Object.keys(operators) as [Operator, ...Operator[]]; // the keys of a literal are its names

const withoutValue: ReadonlySet<Operator> = new Set(['exists', 'not_exists']);

const conditionOf = (value: z.ZodType<JsonValue>) =>
  config({
    field: z
      .string()
      .min(1)
      .max(255)
      .refine((field) => !field.includes('{{'), {
        message: 'must be a name such as score or company.name, without {{ }}',
        params: formatCode,
      })
      .describe('Name of a field of the data; dots reach into objects.'),
    operator: choice(operatorNames).describe('How the field is compared.'),
    value: value.optional().describe('What it is compared with; not needed for exists and not_exists.'),
  }).refine(({ operator, value }) => value !== undefined || withoutValue.has(operator), {
    path: ['value'],
    message: 'is required',
    params: { code: 'required' },
  });

const shapeOf = (condition: ReturnType<typeof conditionOf>) => ({
  match: choice(['all', 'any']).default('all').describe('Whether all conditions must hold or one is enough.'),
  conditions: z.array(condition).min(1).max(100).describe('What is compared: field, operator and value.'),
});

/** The parameters of a rule: `match` and `conditions`. */
export const ruleShape = shapeOf(conditionOf(jsonTemplate()));

/** The parameters of a rule that was rendered. A value that looks like a template is what the data had. */
const renderedRule = config(shapeOf(conditionOf(z.custom<JsonValue>())));

/** A valid rule. */
export type RuleConfig = Pick<z.output<z.ZodObject<typeof ruleShape>>, 'match' | 'conditions'>;

/** Compiles a rule. It tests its conditions in order, until the result is certain. */
export function compileRule(rule: RuleConfig): Rule {
  return compile(rule, compileJson);
}

/** Compiles the rendering of a rule's values, for a rule that is tested when the data are not there. */
export function compileRendering({ match, conditions }: RuleConfig): Template<JsonObject> {
  const rendered = conditions.map(({ field, operator, value }) => ({
    field,
    operator,
    render: compileJson(value ?? null),
  }));
  return (scope) => ({
    match,
    conditions: rendered.map(({ field, operator, render }) => ({ field, operator, value: render(scope) })),
  });
}

/** Compiles a rendered rule. Its values stand as they are and are not evaluated again. Throws on what is no rule. */
export function compileRendered(rendered: JsonObject): Rule {
  return compile(renderedRule.parse(rendered), (value) => () => value);
}

type CompileValue = (value: JsonValue) => Template<JsonValue>;

function compile({ match, conditions }: RuleConfig, compileValue: CompileValue): Rule {
  const tests = conditions.map((condition) => compileCondition(condition, compileValue));
  if (match === 'any') return (scope) => tests.some((test) => test(scope));
  return (scope) => tests.every((test) => test(scope));
}

function compileCondition(
  { field, operator, value }: RuleConfig['conditions'][number],
  compileValue: CompileValue,
): Rule {
  const lookup = compileLookup(field);
  const expected = compileValue(value ?? null);
  const test = operators[operator];
  return (scope) => test(lookup(scope.data), expected(scope), scope);
}
