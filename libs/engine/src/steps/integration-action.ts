import { stringifyJson } from '@drippulse/json';
import { z } from 'zod';
import { config, jsonObjectTemplate } from '../parameters.ts';
import { compileObject } from '../templates/json-template.ts';
import { defineStep } from './define-step.ts';
import { effectShape, policyOf, unknownOf, unknownShape } from './effect-policy.ts';
import { resolveIntegration } from './integrations.ts';

const output = 'result';

/** Calls an action of an integration. */
export const integrationActionStep = defineStep({
  type: 'integration_action',
  label: 'Integration action',
  category: 'action',
  description: 'Calls an action of an integration by a connection. Its answer is under `result`.',
  requires: 'integrations',
  outputs: [output],
  config: config({
    integration_id: z.string().min(1).max(64).describe('Integration, such as hubspot.'),
    action: z.string().min(1).max(100).describe('Action of the integration.'),
    payload: jsonObjectTemplate().default({}).describe('Input of the action; its strings may be templates.'),
    connection_key: z.string().default('default').describe('Which connection of the integration.'),
    ...unknownShape,
    ...effectShape,
  }),
  example: {
    name: 'Add a note',
    config: {
      integration_id: 'hubspot',
      action: 'create_note',
      payload: { body: '{{ first_name }} asked for a demo' },
    },
  },
  compile({ integration_id, action, payload, connection_key, ...rest }, { compiling }) {
    const render = compileObject(payload, compiling);
    const target = {
      ...{ integration_id: resolveIntegration(integration_id), integration_name: integration_id, action },
      ...unknownOf(rest),
    };
    return (scope) => ({
      kind: 'effect',
      request: { ...target, connection_key, payload: render(scope), save_as: output },
    });
  },
  effect: {
    kind: 'integration_action',
    shows: ['integration_id', 'action', 'payload'],
    policy: policyOf,
    stub: ({ integration_id, action, payload }) => ({
      preview: `payload: ${stringifyJson(payload ?? null)}`,
      result: {
        outcome: 'succeeded',
        message: `Would call ${String(action)} of ${String(integration_id)}`,
        output: { [output]: {} },
      },
    }),
  },
});
