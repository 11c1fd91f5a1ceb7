import type { HandlerContext } from '@connectrpc/connect';
import { refuseViolations, type Violation } from '@drippulse/errors';
import { appendEvents } from '@drippulse/events';
import { AgentsService, type SpawnAgentRequest } from '@drippulse/proto/drippulse/agents/v1/agents_pb';
import { callerOf, causeOf } from '@drippulse/rpc';
import { transact } from '@drippulse/writes';
import { sql, type Transaction } from 'kysely';
import { agentsTopic } from '../agents/events.ts';
import { agentNameProblems, ownConfigurationProblems, readConfiguration } from '../agents/read-agent.ts';
import { requireFreeName } from '../agents/require-free-name.ts';
import { takePlace } from '../agents/take-place.ts';
import { agentToProto } from '../agents/to-proto.ts';
import type { Context } from '../context.ts';
import type { DB } from '../db/schema.ts';
import { parsePolicy } from '../policies/policy.ts';
import { requireNarrow } from '../policies/too-wide.ts';
import { findTemplateOfMode, type TemplateRow, type World } from '../templates/rows.ts';
import { agentTypes } from '../texts.ts';

/** The source from which the agent is made. Exactly one member is set. */
type Origin = { template_id: bigint | null; workflow_id: bigint | null; code_id: string | null };

export async function spawnAgent(ctx: Context, request: SpawnAgentRequest, call: HandlerContext) {
  const { name, type, origin, configuration } = readRequest(ctx, request);
  // The workflow is checked before the transaction, because no database connection may be held while another service is
  // called.
  if (origin.workflow_id !== null) {
    await ctx.clients.workflows(callerOf(call), call).getWorkflow({ id: origin.workflow_id });
  }
  const response = await transact(ctx, call, AgentsService.method.spawnAgent, request, async (trx, caller) => {
    const template = origin.template_id === null ? undefined : await lockForAgents(trx, caller, origin.template_id);
    refuseViolations(ownConfigurationProblems(ctx.code, template, configuration));
    if (template?.kind === 'llm') requireNarrow(parsePolicy(template.execution_policy));
    const now = ctx.clock.now();
    const { organizationId, mode } = caller;
    await requireFreeName(trx, { organizationId, mode, name });
    await takePlace(trx, caller);
    const row = await trx
      .insertInto('agents')
      .values({
        ...origin,
        organization_id: organizationId,
        mode,
        name,
        type,
        status: 'active',
        configuration,
        created_at: now,
        updated_at: now,
      })
      .returningAll()
      .executeTakeFirstOrThrow();
    const agent = agentToProto(row);
    const cause = causeOf(call);
    await appendEvents(trx, agentsTopic, [
      {
        organizationId,
        ...(cause !== undefined && { cause }),
        sequence: 1n,
        aggregate: `agent:${row.id}`,
        payload: { case: 'created', value: agent },
      },
    ]);
    return { agent };
  });
  ctx.relay.wake();
  return response;
}

function readRequest({ code }: Context, request: SpawnAgentRequest) {
  const { name, templateId = null, workflowId = null, codeId = null } = request;
  const type = agentTypes.textOf(request.type);
  const read = readConfiguration(request.configuration);
  refuseViolations([
    ...agentNameProblems(name),
    ...(type === null
      ? [{ field: 'type', message: 'is required', code: 'required' as const, allowed: agentTypes.all }]
      : []),
    ...(type === 'template' && templateId === null ? [required('template_id', type)] : []),
    ...(type === 'workflow' && workflowId === null ? [required('workflow_id', type)] : []),
    ...(type === 'code' ? codeProblems(codeId, [...code.keys()]) : []),
    ...('violation' in read ? [read.violation] : []),
  ]);
  // Ids that the type does not need are ignored, as unknown members are.
  const origin: Origin = {
    template_id: type === 'template' ? templateId : null,
    workflow_id: type === 'workflow' ? workflowId : null,
    code_id: type === 'code' ? codeId : null,
  };
  return { name: name ?? '', type: type ?? '', origin, configuration: 'text' in read ? read.text : '{}' };
}

function required(field: string, type: string): Violation {
  return { field, message: `is required with the type ${type}`, code: 'required' };
}

function codeProblems(codeId: string | null, known: string[]): Violation[] {
  if (codeId === null) return [required('code_id', 'code')];
  if (known.includes(codeId)) return [];
  return [{ field: 'code_id', message: 'must be the id of registered code', code: 'enum', allowed: known }];
}

/** Locks the template against deletion until the agent exists. A built-in template is never deleted, and not locked. */
async function lockForAgents(trx: Transaction<DB>, world: World, id: bigint): Promise<TemplateRow> {
  await sql`
    select from templates where organization_id = ${world.organizationId} and id = ${id} and deleted_at is null
    for share`.execute(trx);
  return findTemplateOfMode(trx, world, id);
}
