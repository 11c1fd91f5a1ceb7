import { z } from 'zod';
import { config, jump, number } from '../parameters.ts';
import { shareOf } from '../share-of.ts';
import { defineStep } from './define-step.ts';

/** Distributes contacts over the exits by weight. A contact always follows the same exit. */
export const splitStep = defineStep({
  type: 'split',
  label: 'Split',
  category: 'logic',
  description: 'Divides contacts by weight. A contact goes the same way each time.',
  config: config({
    variants: z
      .array(
        config({
          name: z.string().min(1).max(255).describe('Name of the variant.'),
          weight: number(z.number().min(0).max(1_000_000)).default(1).describe('Share, relative to the others.'),
          go_to: jump().default('next').describe('Where to go: next, end or a step id.'),
        }),
      )
      .min(1)
      .max(50)
      .refine((variants) => variants.some(({ weight }) => weight > 0), {
        message: 'must have a variant with a weight above 0',
        params: { code: 'range' },
      })
      .describe('The variants.'),
  }),
  example: {
    name: 'Half and half',
    config: {
      variants: [
        { name: 'A', weight: 50, go_to: 'next' },
        { name: 'B', weight: 50, go_to: 'end' },
      ],
    },
  },
  exits: ({ variants }) => variants.map(({ go_to }, index) => ({ key: `variants.${index}.go_to`, target: go_to })),
  compile({ variants }, { workflowId, stepId, resolve }) {
    let total = 0;
    const ways = variants
      .filter(({ weight }) => weight > 0)
      .map(({ name, weight, go_to }) => {
        total += weight;
        return { upTo: total, message: `Variant ${name}: going to ${go_to}`, next: resolve(go_to), variant: name };
      });
    return ({ contactKey }) => {
      const point = shareOf(`${workflowId}\n${stepId}\n${contactKey}`) * total;
      const way = ways.find(({ upTo }) => point < upTo) ?? ways.at(-1);
      if (!way) throw new Error('a split has a variant with a weight above 0');
      const { message, next, variant } = way;
      return { kind: 'done', message, next, variant };
    };
  },
});
