import { DomainError } from '@drippulse/errors';
import { type AgentDefinition, loadDefinition, mergedConfiguration } from '../agents/definition.ts';
import type { Context } from '../context.ts';
import { boundsOf } from '../policies/bounds.ts';
import { parsePolicy } from '../policies/policy.ts';
import { isBuiltIn } from '../templates/rows.ts';
import { findVersion } from '../templates/versions.ts';

/**
 * Loads an agent as it would be with a version of its template, with its own configuration merged over the version's.
 */
export async function definitionOfVersion(
  ctx: Pick<Context, 'db' | 'code'>,
  { organizationId, agentId, version }: { organizationId: bigint; agentId: bigint; version: number },
): Promise<AgentDefinition> {
  const definition = await loadDefinition(ctx, organizationId, agentId);
  if (definition.template === undefined) {
    throw new DomainError('failed_precondition', 'wrong_agent_type', 'Only agents of templates have versions.');
  }
  const content = await findVersion(ctx.db.kysely, definition.template, version);
  const template = {
    ...definition.template,
    version: content.version,
    prompt: content.prompt,
    input_schema: content.input_schema,
    output_schema: content.output_schema,
    default_configuration: content.default_configuration,
  };
  // The policy for a built-in template belongs to the organization and does not depend on the version.
  const policy = isBuiltIn(template) ? definition.policy : content.execution_policy;
  return {
    ...definition,
    template,
    policy,
    bounds: boundsOf(parsePolicy(policy)),
    configuration: mergedConfiguration(template, definition.agent.configuration),
  };
}
