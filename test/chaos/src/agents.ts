import { makeSteps } from './make-steps.ts';
import type { ChaosWorkflow } from './workflows.ts';

/** The organization whose workflows run agents. */
export const agentOrganization = 19n;
/** Templates of the platform for agents: one scores without a model, the other calls a model. */
export const templates = { score: 1n, classify: 3n } as const;

const policy = { on_error: 'continue', retry: { max_attempts: 8, backoff_seconds: 1 } };

/** The ids of the two agents, once they are made. */
export type AgentIds = Record<keyof typeof templates, bigint>;

/**
 * Makes a workflow that scores a person, and then parks until a model has responded. The input of the model names the
 * person.
 */
export function makeAgentWorkflows({ score, classify }: AgentIds): ChaosWorkflow[] {
  const steps = makeSteps([
    { id: 'score', type: 'score_lead', config: { agent_id: String(score), ...policy } },
    {
      ...{ id: 'classify', type: 'agent' },
      config: { agent_id: String(classify), input: { body: 'Reply of {{ lead_ref }}.' }, ...policy },
    },
    { id: 'finish', type: 'end', config: { status: 'completed' } },
  ]);
  return [{ id: agentOrganization * 10n, organizationId: agentOrganization, steps }];
}
