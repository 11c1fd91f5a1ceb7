import { z } from 'zod';
import { number } from '../parameters.ts';

/** The parameter that names an agent. */
export const agentShape = {
  agent_id: z
    .union([number(z.int().min(1)), z.string().regex(/^\d{1,16}$/, 'must be the id of an agent')])
    .optional()
    .describe('Id of the agent; that of the enrollment unless given.'),
};

/** Returns the id of the agent in a request. Null: the agent of the enrollment. */
export function agentIdOf({ agent_id }: { agent_id?: number | string | undefined }): string | null {
  return agent_id === undefined ? null : String(agent_id);
}

/** Returns the agent of a request in words. */
export function agentInWords(agentId: unknown): string {
  return agentId === null ? 'the agent of the enrollment' : `agent ${String(agentId)}`;
}
