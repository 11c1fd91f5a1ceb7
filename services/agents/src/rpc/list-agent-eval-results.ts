import type { HandlerContext } from '@connectrpc/connect';
import { convertInTurns } from '@drippulse/loops';
import type { ListAgentEvalResultsRequest } from '@drippulse/proto/drippulse/agents/v1/evals_pb';
import { callerOf } from '@drippulse/rpc';
import type { Context } from '../context.ts';
import { findEvalSet, findRun, readCosts, readOutcomes } from '../evals/rows.ts';
import { evalOutcomeToProto, evalResultToProto } from '../evals/to-proto.ts';
import { verdictOfRun } from '../evals/verdict-of-run.ts';

export async function listAgentEvalResults(ctx: Context, request: ListAgentEvalResultsRequest, call: HandlerContext) {
  const { organizationId } = callerOf(call);
  const { evalSetId, id } = request;
  const { kysely } = ctx.db;
  await findEvalSet(kysely, organizationId, evalSetId);
  const run = await findRun(kysely, { organizationId, evalSetId, id });
  const outcomes = await readOutcomes(kysely, run.id);
  const costs = await readCosts(kysely, run);
  const byCase = Map.groupBy(outcomes, ({ case_id: caseId }) => caseId);
  const { cases } = verdictOfRun(run, outcomes);
  const sorted = cases.toSorted((a, b) => Number(b.isWorse) - Number(a.isWorse) || Number(a.caseId - b.caseId));
  const toMessage = (one: (typeof sorted)[number]) =>
    evalResultToProto(
      one,
      (byCase.get(one.caseId) ?? []).map((row) => evalOutcomeToProto(row, costs.get(row.ordinal) ?? 0n)),
    );
  return { evalResults: await convertInTurns(sorted, toMessage, call.signal), totalCount: BigInt(cases.length) };
}
