import type { HandlerContext } from '@connectrpc/connect';
import { countUpTo, readList, rowConditions } from '@drippulse/db';
import { convertInTurns } from '@drippulse/loops';
import type { ListAgentsRequest } from '@drippulse/proto/drippulse/agents/v1/agents_pb';
import { callerOf, listedMode } from '@drippulse/rpc';
import { selectAgents } from '../agents/rows.ts';
import { agentToProto } from '../agents/to-proto.ts';
import type { Context } from '../context.ts';
import { agentStatuses, agentTypes } from '../texts.ts';

export async function listAgents(ctx: Context, request: ListAgentsRequest, call: HandlerContext) {
  const caller = callerOf(call);
  const { kysely } = ctx.db;
  const [status, type] = [agentStatuses.textOf(request.status), agentTypes.textOf(request.type)];
  const { templateId } = request;
  const all = selectAgents(kysely, caller.organizationId)
    .where('mode', '=', listedMode(request, caller))
    .$if(status !== null, (query) => query.where('status', '=', status ?? ''))
    .$if(type !== null, (query) => query.where('type', '=', type ?? ''))
    .$if(templateId !== undefined, (query) => query.where('template_id', '=', templateId ?? 0n));
  const agents = all.where(await rowConditions(kysely, all, request));
  const { rows, paging } = await readList(request, {
    rows: ({ beforeId, limit, offset }) =>
      agents.selectAll().where('id', '<', beforeId).orderBy('id', 'desc').limit(limit).offset(offset).execute(),
    count: () => countUpTo(kysely, agents.select('id')),
  });
  return { agents: await convertInTurns(rows, agentToProto, call.signal), ...paging };
}
