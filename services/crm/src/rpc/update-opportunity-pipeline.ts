import type { HandlerContext } from '@connectrpc/connect';
import { refuseViolations } from '@drippulse/errors';
import {
  CrmOpportunityPipelinesService,
  type UpdateCrmOpportunityPipelineRequest,
} from '@drippulse/proto/drippulse/crm/v1/opportunity_pipelines_pb';
import { transact } from '@drippulse/writes';
import type { Context } from '../context.ts';
import { lockOwnPipeline, pipelineToProto, selectStages } from '../pipelines/rows.ts';
import { checkName, checkStages } from '../pipelines/rules.ts';
import { saveStages } from '../pipelines/save-stages.ts';

const { updateCrmOpportunityPipeline: method } = CrmOpportunityPipelinesService.method;

export async function updateCrmOpportunityPipeline(
  ctx: Context,
  request: UpdateCrmOpportunityPipelineRequest,
  call: HandlerContext,
) {
  const present = new Set(request.updateMask?.paths);
  const { name = '', stages } = request;
  refuseViolations([
    ...(present.has('name') ? checkName('name', name) : []),
    ...(present.has('stages') ? checkStages(stages) : []),
  ]);
  return transact(ctx, call, method, request, async (trx, caller) => {
    const before = await lockOwnPipeline(trx, caller, request.id);
    if (present.has('stages')) await saveStages(ctx, trx, before, stages);
    const row = await trx
      .updateTable('opportunity_pipelines')
      .set({ name: present.has('name') ? name : before.name, updated_at: ctx.clock.now() })
      .where('organization_id', '=', caller.organizationId)
      .where('id', '=', before.id)
      .returningAll()
      .executeTakeFirstOrThrow();
    const saved = await selectStages(trx, caller.organizationId).where('pipeline_id', '=', row.id).execute();
    return { pipeline: pipelineToProto(row, saved) };
  });
}
