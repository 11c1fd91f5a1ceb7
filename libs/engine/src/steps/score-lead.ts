import { config } from '../parameters.ts';
import { agentIdOf, agentInWords, agentShape } from './agent-shape.ts';
import { defineStep } from './define-step.ts';
import { effectShape, policyOf } from './effect-policy.ts';
import { saveAs } from './save-as.ts';

/** Lets an agent score the contact. */
export const scoreLeadStep = defineStep({
  type: 'score_lead',
  label: 'Score lead',
  category: 'action',
  description:
    'Scores the contact by an agent. The name of `save_as` then has score (0 to 1), qualified, threshold and factors.',
  requires: 'agents',
  outputs: ['score'],
  config: config({ ...agentShape, save_as: saveAs('score'), ...effectShape }),
  example: { name: 'Score', config: { agent_id: 9, save_as: 'score' } },
  compile(config) {
    const target = { agent_id: agentIdOf(config), save_as: config.save_as };
    return ({ data }) => ({ kind: 'effect', request: { ...target, lead: data } });
  },
  effect: {
    kind: 'score_lead',
    shows: ['agent_id'],
    policy: policyOf,
    stub: ({ agent_id, save_as }) => ({
      preview: 'score: 0.5',
      result: {
        outcome: 'succeeded',
        message: `Would score by ${agentInWords(agent_id)}`,
        output: { [String(save_as)]: { score: 0.5, qualified: true, threshold: 0.5, factors: [] } },
      },
    }),
  },
});
