import type { JsonObject } from '@drippulse/json';
import { z } from 'zod';
import { choice, config, jump, template } from '../parameters.ts';
import { compileText } from '../templates/template.ts';
import { formatInstant } from '../time/instants.ts';
import { defineStep } from './define-step.ts';
import type { StubbedEffect } from './step-type.ts';
import { compileTimeout, timeoutShape } from './timeout.ts';

/** Roles that may decide, from the lowest to the highest. */
const approvers = ['approver', 'editor', 'admin'] as const;

/** Parks the run until somebody decides. */
export const approvalStep = defineStep({
  type: 'approval',
  label: 'Approval',
  category: 'logic',
  description: 'Holds the run until somebody approves or rejects, at most until the timeout.',
  config: config({
    message: template().min(1).describe('What is to be decided; may hold templates.'),
    roles: z
      .array(choice(approvers))
      .min(1)
      .max(approvers.length)
      .default([...approvers])
      .describe('Who may decide.'),
    allow_api_keys: z.boolean().default(false).describe('Whether an API key may decide too.'),
    ...timeoutShape,
    on_approved: jump().default('next').describe('Where to go when it is approved: next, end or a step id.'),
    on_rejected: jump().default('end').describe('Where to go when it is rejected: next, end or a step id.'),
    on_timeout: jump().default('end').describe('Where to go when nobody decides in time: next, end or a step id.'),
  }),
  example: {
    name: 'Offer a discount?',
    config: {
      message: 'Offer {{ first_name }} of {{ company_name }} a discount?',
      roles: ['approver', 'admin'],
      timeout: { duration: 2, unit: 'days' },
      on_approved: 'next',
      on_rejected: 'end',
    },
  },
  waits: true,
  exits: ({ on_approved, on_rejected, on_timeout }) => [
    { key: 'on_approved', target: on_approved },
    { key: 'on_rejected', target: on_rejected },
    { key: 'on_timeout', target: on_timeout },
  ],
  compile({ message, roles, allow_api_keys, timeout }, { compiling }) {
    const render = compileText(message, compiling);
    const end = compileTimeout(timeout, compiling);
    const granted = approvers.filter((role) => roles.includes(role));
    return (scope) => {
      const { until, span } = end(scope);
      const text = render(scope);
      const request = { message: text, roles: granted, allow_api_keys, preview: { message: text } };
      return {
        kind: 'park',
        until,
        request,
        message: `Waiting for approval, ${span} at most (until ${formatInstant(until)}): ${text}`,
      };
    };
  },
  parks: {
    kind: 'approval',
    previews: 'on_approved',
    expired: { outcome: 'succeeded', message: 'Nobody decided in time', exit: 'on_timeout' },
    stub: describeApproval,
  },
});

/** Describes an approval in a test run, where every approval is granted immediately. */
function describeApproval({ message, roles }: JsonObject): StubbedEffect {
  const who = Array.isArray(roles) ? roles.join(', ') : '';
  return {
    preview: `${String(message)} (${who} may decide)`,
    result: { outcome: 'succeeded', message: 'Would continue as approved', exit: 'on_approved' },
  };
}
