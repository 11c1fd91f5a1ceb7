import type { HandlerContext } from '@connectrpc/connect';
import { DomainError } from '@drippulse/errors';
import {
  CrmOpportunityPipelinesService,
  type DeleteCrmOpportunityPipelineRequest,
} from '@drippulse/proto/drippulse/crm/v1/opportunity_pipelines_pb';
import { transact } from '@drippulse/writes';
import type { Context } from '../context.ts';
import { isStanding } from '../pipelines/occupied.ts';
import { lockOwnPipeline, selectStages } from '../pipelines/rows.ts';

const { deleteCrmOpportunityPipeline: method } = CrmOpportunityPipelinesService.method;

/** Deletes an empty pipeline. The row is kept, because deleted opportunities refer to it. */
export async function deleteCrmOpportunityPipeline(
  ctx: Context,
  request: DeleteCrmOpportunityPipelineRequest,
  call: HandlerContext,
) {
  return transact(ctx, call, method, request, async (trx, caller) => {
    const { organizationId } = caller;
    const pipeline = await lockOwnPipeline(trx, caller, request.id);
    // The stages are locked, so that no opportunity enters one of them.
    await selectStages(trx, organizationId).where('pipeline_id', '=', pipeline.id).forUpdate().execute();
    if (await isStanding(trx, 'pipeline_id', pipeline.id)) {
      throw new DomainError('failed_precondition', 'pipeline_not_empty', 'The pipeline has opportunities.');
    }
    const now = ctx.clock.now();
    await trx
      .updateTable('opportunity_pipelines')
      .set({ deleted_at: now })
      .where('organization_id', '=', organizationId)
      .where('id', '=', pipeline.id)
      .execute();
    await trx
      .updateTable('opportunity_pipeline_stages')
      .set({ deleted_at: now })
      .where('organization_id', '=', organizationId)
      .where('pipeline_id', '=', pipeline.id)
      .where('deleted_at', 'is', null)
      .execute();
    await trx
      .deleteFrom('opportunity_pipeline_preferences')
      .where('organization_id', '=', organizationId)
      .where('pipeline_id', '=', pipeline.id)
      .execute();
    return {};
  });
}
