import { compileRule, ruleShape } from '../conditions/rule.ts';
import { config, jump } from '../parameters.ts';
import { defineStep } from './define-step.ts';

/** Follows one of two exits. */
export const conditionStep = defineStep({
  type: 'condition',
  label: 'Condition',
  category: 'logic',
  description: 'Goes one of two ways, by what the data holds.',
  config: config({
    ...ruleShape,
    on_true: jump().default('next').describe('Where to go when the rule holds: next, end or a step id.'),
    on_false: jump().default('end').describe('Where to go otherwise: next, end or a step id.'),
  }),
  example: {
    name: 'Qualified?',
    config: {
      match: 'all',
      conditions: [{ field: 'score', operator: 'greater_or_equal', value: 50 }],
      on_true: 'next',
      on_false: 'end',
    },
  },
  exits: ({ on_true, on_false }) => [
    { key: 'on_true', target: on_true },
    { key: 'on_false', target: on_false },
  ],
  compile(rule, { resolve, compiling }) {
    const holds = compileRule(rule, compiling);
    const onTrue = { kind: 'done', message: `True: going to ${rule.on_true}`, next: resolve(rule.on_true) } as const;
    const onFalse = {
      kind: 'done',
      message: `False: going to ${rule.on_false}`,
      next: resolve(rule.on_false),
    } as const;
    return (scope) => (holds(scope) ? onTrue : onFalse);
  },
});
