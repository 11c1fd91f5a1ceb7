import type { HandlerContext } from '@connectrpc/connect';
import { refuseViolations, type Violation } from '@drippulse/errors';
import { AgentsService, type UpdateAgentRequest } from '@drippulse/proto/drippulse/agents/v1/agents_pb';
import { modeOf } from '@drippulse/rpc';
import { transact } from '@drippulse/writes';
import type { Transaction } from 'kysely';
import { agentNameProblems, ownConfigurationProblems, readConfiguration } from '../agents/read-agent.ts';
import { requireFreeName } from '../agents/require-free-name.ts';
import { type AgentRow, lockAgent } from '../agents/rows.ts';
import { agentToProto } from '../agents/to-proto.ts';
import type { Context } from '../context.ts';
import type { DB } from '../db/schema.ts';
import { readTemplate } from '../templates/rows.ts';
import { agentStatuses } from '../texts.ts';

export async function updateAgent(ctx: Context, request: UpdateAgentRequest, call: HandlerContext) {
  return transact(ctx, call, AgentsService.method.updateAgent, request, async (trx, { organizationId }) => {
    const before = await lockAgent(trx, organizationId, request.id);
    const change = await readChange(ctx, trx, request, before);
    if (change.name !== before.name)
      await requireFreeName(trx, { organizationId, mode: before.mode, name: change.name });
    const row = await trx
      .updateTable('agents')
      .set({ ...change, updated_at: ctx.clock.now() })
      .where('organization_id', '=', organizationId)
      .where('id', '=', before.id)
      .returningAll()
      .executeTakeFirstOrThrow();
    return { agent: agentToProto(row) };
  });
}

async function readChange({ code }: Context, trx: Transaction<DB>, request: UpdateAgentRequest, before: AgentRow) {
  const present = new Set(request.updateMask?.paths);
  const name = present.has('name') ? (request.name ?? '') : before.name;
  const status = present.has('status') ? (agentStatuses.textOf(request.status) ?? 'active') : before.status;
  const read = present.has('configuration') ? readConfiguration(request.configuration) : { text: before.configuration };
  refuseViolations([
    ...agentNameProblems(name),
    // A client may send back the result of GET, so the status `error` is accepted if the agent already has it.
    ...(status === 'error' && before.status !== 'error' ? [statusOfPlatform] : []),
    ...('violation' in read ? [read.violation] : []),
  ]);
  const configuration = 'text' in read ? read.text : before.configuration;
  if (configuration !== before.configuration && before.template_id !== null) {
    const world = { organizationId: before.organization_id, mode: modeOf(before.mode) };
    refuseViolations(ownConfigurationProblems(code, await readTemplate(trx, world, before.template_id), configuration));
  }
  return { name, status, status_reason: status === 'error' ? before.status_reason : null, configuration };
}

const statusOfPlatform: Violation = {
  field: 'status',
  message: 'must be active or paused',
  code: 'enum',
  allowed: ['active', 'paused'],
};
