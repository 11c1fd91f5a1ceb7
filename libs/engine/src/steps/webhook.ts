import { z } from 'zod';
import { config } from '../parameters.ts';
import { defineStep } from './define-step.ts';

/** Documents the content of an inbound webhook. Has no effect. */
export const webhookStep = defineStep({
  type: 'webhook',
  label: 'Webhook (input)',
  category: 'trigger',
  description: 'Describes the data that an inbound webhook brings. Nothing listens; the run passes through.',
  config: config({
    description: z.string().optional().describe('What the webhook brings.'),
    expected_fields: z
      .union([z.record(z.string(), z.unknown()), z.array(z.unknown())])
      .optional()
      .describe('Names of the fields, as an array, or an object of name and description.'),
  }),
  example: {
    name: 'Form submission',
    config: { description: 'Sent by the form bridge', expected_fields: ['email', 'company_name'] },
  },
  compile: () => () => ({ kind: 'done', message: 'Inbound contract: passed through' }),
});
