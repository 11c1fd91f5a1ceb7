import type { HandlerContext } from '@connectrpc/connect';
import type { GetAgentEvalResultRequest } from '@drippulse/proto/drippulse/agents/v1/evals_pb';
import { callerOf } from '@drippulse/rpc';
import type { Context } from '../context.ts';
import { caseNotFound, findEvalSet, findRun, readCosts } from '../evals/rows.ts';
import { evalOutcomeToProto, evalResultToProto } from '../evals/to-proto.ts';
import { verdictOfRun } from '../evals/verdict-of-run.ts';

export async function getAgentEvalResult(ctx: Context, request: GetAgentEvalResultRequest, call: HandlerContext) {
  const { organizationId } = callerOf(call);
  const { evalSetId, runId, caseId } = request;
  const { kysely } = ctx.db;
  await findEvalSet(kysely, organizationId, evalSetId);
  const run = await findRun(kysely, { organizationId, evalSetId, id: runId });
  const rows = await kysely
    .selectFrom('eval_results')
    .selectAll()
    .where('run_id', '=', run.id)
    .where('case_id', '=', caseId)
    .orderBy('ordinal')
    .execute();
  const costs = await readCosts(kysely, run);
  const [verdict] = verdictOfRun(run, rows).cases;
  if (rows.length === 0) throw caseNotFound();
  // A case that has not finished has no verdict.
  const judged = verdict ?? { caseId, passed: 0, activePassed: undefined, isWorse: false };
  return {
    evalResult: evalResultToProto(
      judged,
      rows.map((row) => evalOutcomeToProto(row, costs.get(row.ordinal) ?? 0n)),
    ),
  };
}
