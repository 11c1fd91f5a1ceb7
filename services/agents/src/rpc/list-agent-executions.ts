import type { HandlerContext } from '@connectrpc/connect';
import { countUpTo, readList, rowConditions } from '@drippulse/db';
import { convertInTurns } from '@drippulse/loops';
import type { ListAgentExecutionsRequest } from '@drippulse/proto/drippulse/agents/v1/executions_pb';
import { callerOf } from '@drippulse/rpc';
import { findAgent } from '../agents/rows.ts';
import type { Context } from '../context.ts';
import { keyHashOf } from '../executions/asked.ts';
import { selectExecutions, withTexts } from '../executions/rows.ts';
import { executionToProto } from '../executions/to-proto.ts';
import { executionStatuses } from '../texts.ts';

export async function listAgentExecutions(ctx: Context, request: ListAgentExecutionsRequest, call: HandlerContext) {
  const { organizationId } = callerOf(call);
  const { agentId, idempotencyKey: key } = request;
  const { kysely } = ctx.db;
  await findAgent(kysely, organizationId, agentId);
  const status = executionStatuses.textOf(request.status);
  const all = selectExecutions(kysely, { organizationId, agentId })
    .$if(status !== null, (query) => query.where('status', '=', status ?? ''))
    .$if(key !== undefined, (query) => query.where('key_hash', '=', keyHashOf({ key })));
  const executions = all.where(await rowConditions(kysely, all, request));
  const { rows, paging } = await readList(request, {
    rows: ({ beforeId, limit, offset }) =>
      executions.selectAll().where('id', '<', beforeId).orderBy('id', 'desc').limit(limit).offset(offset).execute(),
    count: () => countUpTo(kysely, executions.select('id')),
  });
  const views = await withTexts(kysely, rows);
  return { executions: await convertInTurns(views, (view) => executionToProto(view), call.signal), ...paging };
}
