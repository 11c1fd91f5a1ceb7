import type { HandlerContext } from '@connectrpc/connect';
import { readSnapshot } from '@drippulse/db';
import type { GetCrmOpportunityPipelineRequest } from '@drippulse/proto/drippulse/crm/v1/opportunity_pipelines_pb';
import { callerOf } from '@drippulse/rpc';
import type { Context } from '../context.ts';
import { findPipeline, pipelineToProto, selectStages } from '../pipelines/rows.ts';

export async function getCrmOpportunityPipeline(
  ctx: Context,
  { id }: GetCrmOpportunityPipelineRequest,
  call: HandlerContext,
) {
  const { organizationId } = callerOf(call);
  // The pipeline and its stages are read in one snapshot, so that the stages belong to the revision.
  return readSnapshot(ctx.db.kysely, async (trx) => {
    const row = await findPipeline(trx, organizationId, id);
    const stages = await selectStages(trx, organizationId).where('pipeline_id', '=', row.id).execute();
    return { pipeline: pipelineToProto(row, stages) };
  });
}
