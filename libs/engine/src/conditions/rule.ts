import type { JsonObject, JsonValue } from '@drippulse/json';
import { z } from 'zod';
import { charge } from '../meter.ts';
import { choice, config, formatCode, jsonTemplate } from '../parameters.ts';
import { marked } from '../template-places.ts';
import type { Compiling } from '../templates/compiling.ts';
import { compileJson } from '../templates/json-template.ts';
import type { Scope } from '../templates/scope.ts';
import type { Template } from '../templates/template.ts';
import { compileLookup } from './lookup.ts';
import { type Operator, operators } from './operators.ts';

/** A compiled rule. */
export type Rule = (scope: Scope) => boolean;

// Object.keys returns only the names in the literal
const operatorNames = Object.keys(operators) as [Operator, ...Operator[]];

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

/** Describes a rule about events. `checkPlaces` limits the rule's size when the rule is saved. */
export function eventRule() {
  return marked(config(ruleShape), 'rule');
}

/**
 * The parameters of a rendered rule. Its values are never treated as templates, because a value that looks like one
 * came from the data.
 */
const renderedRule = config(shapeOf(conditionOf(z.custom<JsonValue>())));

/** A valid rule. */
export type RuleConfig = Pick<z.output<z.ZodObject<typeof ruleShape>>, 'match' | 'conditions'>;

/** Compiles a rule. The rule tests its conditions in order, until the result is certain. */
export function compileRule(rule: RuleConfig, compiling: Compiling): Rule {
  return compile(rule, compiling, compileJson);
}

/**
 * Compiles the rendering of a rule's values, for a rule that is tested later, when the data are no longer available.
 */
export function compileRendering({ match, conditions }: RuleConfig, compiling: Compiling): Template<JsonObject> {
  const rendered = conditions.map(({ field, operator, value }) => ({
    field,
    operator,
    render: compileJson(value ?? null, compiling),
  }));
  return (scope) => ({
    match,
    conditions: rendered.map(({ field, operator, render }) => ({ field, operator, value: render(scope) })),
  });
}

/** Reads and compiles a rendered rule, whose values are literal and not evaluated again. Throws if it is not a rule. */
export function compileRendered(rendered: JsonObject, compiling: Compiling): Rule {
  return compile(renderedRule.parse(rendered), compiling, (value) => () => value);
}

type CompileValue = (value: JsonValue, compiling: Compiling) => Template<JsonValue>;

/** Meter units charged for compiling one condition, and the bytes of memory that the compiled condition takes. */
const conditionUnits = 200;
const conditionBytes = 768;

function compile({ match, conditions }: RuleConfig, compiling: Compiling, compileValue: CompileValue): Rule {
  const tests = conditions.map((condition) => compileCondition(condition, compiling, compileValue));
  if (match === 'any') return (scope) => tests.some((test) => test(scope));
  return (scope) => tests.every((test) => test(scope));
}

function compileCondition(
  { field, operator, value }: RuleConfig['conditions'][number],
  compiling: Compiling,
  compileValue: CompileValue,
): Rule {
  charge(compiling.meter, conditionUnits + field.length);
  compiling.bytes += conditionBytes;
  const lookup = compileLookup(field);
  const expected = compileValue(value ?? null, compiling);
  const test = operators[operator];
  return (scope) => test(lookup(scope.data), expected(scope), scope);
}
