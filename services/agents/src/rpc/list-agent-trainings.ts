import type { HandlerContext } from '@connectrpc/connect';
import { countUpTo, readList, rowConditions } from '@drippulse/db';
import { convertInTurns } from '@drippulse/loops';
import type { ListAgentTrainingsRequest } from '@drippulse/proto/drippulse/agents/v1/trainings_pb';
import { callerOf } from '@drippulse/rpc';
import { findAgent } from '../agents/rows.ts';
import type { Context } from '../context.ts';
import { selectTrainings, withJobs } from '../trainings/rows.ts';
import { trainingToProto } from '../trainings/to-proto.ts';

export async function listAgentTrainings(ctx: Context, request: ListAgentTrainingsRequest, call: HandlerContext) {
  const { organizationId } = callerOf(call);
  const { agentId } = request;
  const { kysely } = ctx.db;
  await findAgent(kysely, organizationId, agentId);
  const all = selectTrainings(kysely, { organizationId, agentId });
  const trainings = all.where(await rowConditions(kysely, all, request));
  const { rows, paging } = await readList(request, {
    rows: ({ beforeId, limit, offset }) =>
      trainings.select('id').where('id', '<', beforeId).orderBy('id', 'desc').limit(limit).offset(offset).execute(),
    count: () => countUpTo(kysely, trainings.select('id')),
  });
  const whole = await withJobs(
    kysely,
    rows.map(({ id }) => id),
  );
  return { trainings: await convertInTurns(whole, trainingToProto, call.signal), ...paging };
}
