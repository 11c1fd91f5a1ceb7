import type { HandlerContext } from '@connectrpc/connect';
import { refuseViolations } from '@drippulse/errors';
import {
  type CreateCrmOpportunityPipelineRequest,
  CrmOpportunityPipelinesService,
} from '@drippulse/proto/drippulse/crm/v1/opportunity_pipelines_pb';
import { transact } from '@drippulse/writes';
import { v7 as uuidv7 } from 'uuid';
import type { Context } from '../context.ts';
import { ensureDefaultPipeline } from '../pipelines/default-pipeline.ts';
import { pipelineToProto, selectStages } from '../pipelines/rows.ts';
import { checkName } from '../pipelines/rules.ts';

const { createCrmOpportunityPipeline: method } = CrmOpportunityPipelinesService.method;

/** Creates a pipeline that a user defines. It begins with the stages of the default pipeline. */
export async function createCrmOpportunityPipeline(
  ctx: Context,
  request: CreateCrmOpportunityPipelineRequest,
  call: HandlerContext,
) {
  const { name = '' } = request;
  refuseViolations(checkName('name', name));
  return transact(
    ctx,
    call,
    method,
    request,
    async (trx, { organizationId, actor }) => {
      const model = await ensureDefaultPipeline(ctx, trx, organizationId);
      const modelStages = await selectStages(trx, organizationId).where('pipeline_id', '=', model.id).execute();
      const now = ctx.clock.now();
      const pipeline = await trx
        .insertInto('opportunity_pipelines')
        .values({
          id: uuidv7(),
          organization_id: organizationId,
          user_id: BigInt(actor.id),
          name,
          created_at: now,
          updated_at: now,
        })
        .returningAll()
        .executeTakeFirstOrThrow();
      const stages = modelStages.map((stage) => ({ ...stage, id: uuidv7(), pipeline_id: pipeline.id }));
      await trx.insertInto('opportunity_pipeline_stages').values(stages).execute();
      return { pipeline: pipelineToProto(pipeline, stages) };
    },
    { userOwned: true },
  );
}
