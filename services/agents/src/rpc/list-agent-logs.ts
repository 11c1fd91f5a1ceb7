import { timestampFromDate } from '@bufbuild/protobuf/wkt';
import type { HandlerContext } from '@connectrpc/connect';
import { countUpTo, readList, rowConditions } from '@drippulse/db';
import { convertInTurns } from '@drippulse/loops';
import type { ListAgentLogsRequest } from '@drippulse/proto/drippulse/agents/v1/insights_pb';
import { callerOf } from '@drippulse/rpc';
import { findAgent } from '../agents/rows.ts';
import type { Context } from '../context.ts';
import { logLevels } from '../texts.ts';

export async function listAgentLogs(ctx: Context, request: ListAgentLogsRequest, call: HandlerContext) {
  const { organizationId } = callerOf(call);
  const { agentId, executionId } = request;
  const { kysely } = ctx.db;
  await findAgent(kysely, organizationId, agentId);
  const level = logLevels.textOf(request.level);
  const all = kysely
    .selectFrom('agent_logs')
    .where('organization_id', '=', organizationId)
    .where('agent_id', '=', agentId)
    .$if(level !== null, (query) => query.where('level', '=', level ?? ''))
    .$if(executionId !== undefined, (query) => query.where('execution_id', '=', executionId ?? 0n));
  const lines = all.where(await rowConditions(kysely, all, request, { id: 'id', createdAt: 'at' }));
  const { rows, paging } = await readList(request, {
    rows: ({ beforeId, limit, offset }) =>
      lines.selectAll().where('id', '<', beforeId).orderBy('id', 'desc').limit(limit).offset(offset).execute(),
    count: () => countUpTo(kysely, lines.select('id')),
  });
  const toMessage = (row: (typeof rows)[number]) => ({
    id: row.id,
    at: timestampFromDate(row.at),
    level: logLevels.numberOf(row.level),
    executionId: row.execution_id,
    seq: row.seq ?? undefined,
    message: row.message,
  });
  return { logs: await convertInTurns(rows, toMessage, call.signal), ...paging };
}
