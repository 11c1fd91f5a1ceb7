import type { HandlerContext } from '@connectrpc/connect';
import {
  CrmOpportunityPipelinesService,
  type SetDefaultCrmOpportunityPipelineRequest,
} from '@drippulse/proto/drippulse/crm/v1/opportunity_pipelines_pb';
import { transact } from '@drippulse/writes';
import type { Context } from '../context.ts';
import { sharePipeline } from '../pipelines/rows.ts';

const { setDefaultCrmOpportunityPipeline: method } = CrmOpportunityPipelinesService.method;

/** Sets the user's preferred pipeline, which may be any pipeline of the organization. */
export async function setDefaultCrmOpportunityPipeline(
  ctx: Context,
  request: SetDefaultCrmOpportunityPipelineRequest,
  call: HandlerContext,
) {
  return transact(ctx, call, method, request, async (trx, { organizationId, actor }) => {
    const { id } = await sharePipeline(trx, organizationId, request.id);
    await trx
      .insertInto('opportunity_pipeline_preferences')
      .values({ organization_id: organizationId, user_id: BigInt(actor.id), pipeline_id: id })
      .onConflict((conflict) => conflict.columns(['organization_id', 'user_id']).doUpdateSet({ pipeline_id: id }))
      .execute();
    return { defaultPipelineId: id };
  });
}
