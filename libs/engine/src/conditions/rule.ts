import { z } from 'zod';
import { choice, config, jsonTemplate } from '../parameters.ts';
import type { Scope } from '../templates/scope.ts';
import { compileJson } from '../templates/template.ts';
import { compileLookup } from './lookup.ts';
import { type Operator, operators } from './operators.ts';

/** A compiled rule. */
export type Rule = (scope: Scope) => boolean;

const operatorNames = Object.keys(operators) as [Operator, ...Operator[]]; // the keys of a literal are its names

const withoutValue: ReadonlySet<Operator> = new Set(['exists', 'not_exists']);

const condition = config({
  field: z
    .string()
    .min(1)
    .max(255)
    .refine((field) => !field.includes('{{'), 'must be a name such as score or company.name, without {{ }}')
    .describe('Name of a field of the data; dots reach into objects.'),
  operator: choice(operatorNames).describe('How the field is compared.'),
  value: jsonTemplate().optional().describe('What it is compared with; not needed for exists and not_exists.'),
}).refine(({ operator, value }) => value !== undefined || withoutValue.has(operator), {
  path: ['value'],
  message: 'is required',
});

/** The parameters of a rule: `match` and `conditions`. */
export const ruleShape = {
  match: choice(['all', 'any']).default('all').describe('Whether all conditions must hold or one is enough.'),
  conditions: z.array(condition).min(1).max(100).describe('What is compared: field, operator and value.'),
};

/** A valid rule. */
export type RuleConfig = Pick<z.output<z.ZodObject<typeof ruleShape>>, 'match' | 'conditions'>;

/** Compiles a rule. It tests its conditions in order, until the result is certain. */
export function compileRule({ match, conditions }: RuleConfig): Rule {
  const tests = conditions.map(compileCondition);
  if (match === 'any') return (scope) => tests.some((test) => test(scope));
  return (scope) => tests.every((test) => test(scope));
}

function compileCondition({ field, operator, value }: RuleConfig['conditions'][number]): Rule {
  const lookup = compileLookup(field);
  const expected = compileJson(value ?? null);
  const test = operators[operator];
  return (scope) => test(lookup(scope.data), expected(scope), scope);
}
