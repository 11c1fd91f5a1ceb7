import { DomainError } from '@drippulse/errors';
import { type AgentDefinition, loadDefinition } from '../agents/definition.ts';
import type { Context } from '../context.ts';

/** Refuses an agent that is not a scorer. Only scorers have models. */
export async function requireScorer(
  ctx: Pick<Context, 'db' | 'code'>,
  organizationId: bigint,
  agentId: bigint,
): Promise<AgentDefinition> {
  const definition = await loadDefinition(ctx, organizationId, agentId);
  if (definition.work.kind === 'scorer') return definition;
  const message = 'Only an agent whose template is a scorer has models.';
  throw new DomainError('failed_precondition', 'wrong_agent_type', message);
}
