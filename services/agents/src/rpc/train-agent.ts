import type { HandlerContext } from '@connectrpc/connect';
import { addJob } from '@drippulse/db';
import { DomainError } from '@drippulse/errors';
import { AgentTrainingsService, type TrainAgentRequest } from '@drippulse/proto/drippulse/agents/v1/trainings_pb';
import { callerOf } from '@drippulse/rpc';
import { transact } from '@drippulse/writes';
import { lockAgent } from '../agents/rows.ts';
import type { Context } from '../context.ts';
import { requireScorer } from '../models/require-scorer.ts';
import { leastOfEach } from '../scoring/train.ts';
import { trainingSubjects } from '../texts.ts';
import { fitWork } from '../trainings/fit-model.ts';
import { mostRecords, subjectOf } from '../trainings/read-records.ts';
import { findTraining, requireNone, trainingJobs } from '../trainings/rows.ts';
import { trainingToProto } from '../trainings/to-proto.ts';

export async function trainAgent(ctx: Context, request: TrainAgentRequest, call: HandlerContext) {
  const subject = trainingSubjects.textOf(request.subject) ?? 'leads';
  const caller = callerOf(call);
  await requireScorer(ctx, caller.organizationId, request.id);
  // Records are counted before the transaction, because no database connection may be held while another service is
  // called.
  const { won, lost } = await ctx.clients.outcomes(caller, call).countCrmOutcomes({ subject: subjectOf(subject) });
  requireEnough(won, lost);
  const records = won + lost < BigInt(mostRecords) ? won + lost : BigInt(mostRecords);
  const response = await transact(ctx, call, AgentTrainingsService.method.trainAgent, request, async (trx, own) => {
    const { organizationId } = own;
    const agent = await lockAgent(trx, organizationId, request.id);
    await requireNone(trx, { organizationId, agentId: agent.id });
    const { id } = await addJob(trx, {
      organizationId,
      kind: trainingJobs,
      input: JSON.stringify({ agent_id: String(agent.id), mode: agent.mode, subject }),
      total: records + BigInt(fitWork),
    });
    await trx
      .insertInto('trainings')
      .values({
        ...{ id, subject, organization_id: organizationId, agent_id: agent.id, mode: agent.mode },
        created_at: ctx.clock.now(),
      })
      .execute();
    return { training: trainingToProto(await findTraining(trx, { organizationId, agentId: agent.id, id })) };
  });
  ctx.wake.trainings();
  return response;
}

function requireEnough(won: bigint, lost: bigint): void {
  if (won >= leastOfEach && lost >= leastOfEach) return;
  const message = `A scorer learns from at least ${leastOfEach} records of each outcome: ${won} were won and ${lost} were lost.`;
  const facts = { won: Number(won), lost: Number(lost), least: leastOfEach };
  throw new DomainError('failed_precondition', 'too_few_outcomes', message, { facts });
}
