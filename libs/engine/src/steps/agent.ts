import { stringifyJson } from '@drippulse/json';
import { config, jsonObjectTemplate } from '../parameters.ts';
import { compileObject } from '../templates/json-template.ts';
import { agentIdOf, agentInWords, agentShape } from './agent-shape.ts';
import { defineStep } from './define-step.ts';
import { effectShape, policyOf } from './effect-policy.ts';
import { saveAs } from './save-as.ts';

/** Runs an agent. */
export const agentStep = defineStep({
  type: 'agent',
  label: 'Agent',
  category: 'action',
  description: 'Runs an agent and waits for its output, which is under the name of `save_as`.',
  requires: 'agents',
  outputs: ['agent'],
  config: config({
    ...agentShape,
    input: jsonObjectTemplate().default({}).describe('Input of the agent; its strings may be templates.'),
    save_as: saveAs('agent'),
    ...effectShape,
  }),
  example: {
    name: 'Write an opening',
    config: { agent_id: 9, input: { company: '{{ company_name }}' }, save_as: 'opening' },
  },
  compile(config, { compiling }) {
    const render = compileObject(config.input, compiling);
    const target = { agent_id: agentIdOf(config), save_as: config.save_as };
    return (scope) => ({ kind: 'effect', request: { ...target, input: render(scope) } });
  },
  effect: {
    kind: 'agent',
    shows: ['agent_id', 'input'],
    policy: policyOf,
    stub: ({ agent_id, input, save_as }) => ({
      preview: `input: ${stringifyJson(input ?? null)}`,
      result: {
        outcome: 'succeeded',
        message: `Would run ${agentInWords(agent_id)}`,
        output: { [String(save_as)]: {} },
      },
    }),
  },
});
