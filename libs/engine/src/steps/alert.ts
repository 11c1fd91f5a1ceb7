import { z } from 'zod';
import { choice, config, template } from '../parameters.ts';
import { compileText } from '../templates/template.ts';
import { defineStep } from './define-step.ts';
import { effectShape, policyOf, unknownOf, unknownShape } from './effect-policy.ts';

/** Posts a message to people in the organization. */
export const alertStep = defineStep({
  type: 'alert',
  label: 'Alert',
  category: 'action',
  description: 'Posts a message to a channel of your team.',
  requires: 'integrations',
  config: config({
    integration_id: choice(['slack']).default('slack').describe('Where it is posted; needs a connection.'),
    connection_key: z.string().default('default').describe('Which connection of the integration.'),
    channel: template().optional().describe("Channel, such as #sales; the connection's own unless given."),
    message: template().min(1).describe('What to post; may hold templates.'),
    ...unknownShape,
    ...effectShape,
  }),
  example: {
    name: 'Tell sales',
    config: { integration_id: 'slack', channel: '#sales', message: '{{ first_name }} asked for a demo' },
  },
  compile({ integration_id, connection_key, channel, message, ...rest }, { compiling }) {
    const place = compileText(channel ?? '', compiling);
    const render = compileText(message, compiling);
    const unknown = unknownOf(rest);
    return (scope) => ({
      kind: 'effect',
      request: {
        integration_id,
        connection_key,
        channel: place(scope).trim() || null,
        message: render(scope),
        ...unknown,
      },
    });
  },
  effect: {
    kind: 'alert',
    shows: ['integration_id', 'channel', 'message'],
    policy: policyOf,
    stub: ({ integration_id, channel, message }) => ({
      preview: `message: ${String(message)}`,
      result: {
        outcome: 'succeeded',
        message: `Would post to ${channel === null ? 'the channel of the connection' : String(channel)} by ${String(integration_id)}`,
      },
    }),
  },
});
