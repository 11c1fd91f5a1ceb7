import { z } from 'zod';
import { compileRule, ruleShape } from '../conditions/rule.ts';
import { config, jump } from '../parameters.ts';
import { defineStep } from './define-step.ts';

/** Follows the first branch that matches. */
export const branchStep = defineStep({
  type: 'branch',
  label: 'Branch',
  category: 'logic',
  description: 'Goes the way of the first branch whose rule holds.',
  config: config({
    branches: z
      .array(
        config({
          name: z.string().max(255).optional().describe('Name, for the timeline.'),
          ...ruleShape,
          go_to: jump().describe('Where to go: next, end or a step id.'),
        }),
      )
      .min(1)
      .max(50)
      .describe('The branches, tried in order.'),
    default: jump().default('next').describe('Where to go when no branch matches: next, end or a step id.'),
  }),
  example: {
    name: 'By segment',
    config: {
      branches: [
        {
          name: 'Enterprise',
          conditions: [{ field: 'company_size', operator: 'greater_than', value: 1000 }],
          go_to: 'next',
        },
      ],
      default: 'end',
    },
  },
  exits: ({ branches, default: otherwise }) => [
    ...branches.map(({ go_to }, index) => ({ key: `branches.${index}.go_to`, target: go_to })),
    { key: 'default', target: otherwise },
  ],
  compile({ branches, default: otherwise }, { resolve, compiling }) {
    const ways = branches.map((branch, index) => ({
      holds: compileRule(branch, compiling),
      message: `Branch ${branch.name ?? index + 1}: going to ${branch.go_to}`,
      next: resolve(branch.go_to),
    }));
    const defaultWay = { message: `No branch matched: going to ${otherwise}`, next: resolve(otherwise) };
    return (scope) => {
      const { message, next } = ways.find((way) => way.holds(scope)) ?? defaultWay;
      return { kind: 'done', message, next };
    };
  },
});
