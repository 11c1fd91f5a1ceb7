import type { HandlerContext } from '@connectrpc/connect';
import { createdConditions, readSnapshot } from '@drippulse/db';
import type { ListCrmOpportunityPipelinesRequest } from '@drippulse/proto/drippulse/crm/v1/opportunity_pipelines_pb';
import { type Caller, callerOf } from '@drippulse/rpc';
import { sql, type Transaction } from 'kysely';
import type { Context } from '../context.ts';
import type { DB } from '../db/schema.ts';
import { ensureDefaultPipeline } from '../pipelines/default-pipeline.ts';
import { pipelineToProto, selectPipelines, selectStages } from '../pipelines/rows.ts';
import { all, hasAnyUuid } from '../records/conditions.ts';

export async function listCrmOpportunityPipelines(
  ctx: Context,
  request: ListCrmOpportunityPipelinesRequest,
  call: HandlerContext,
) {
  const caller = callerOf(call);
  // The default pipeline is read before the snapshot begins. A snapshot would not see a default pipeline that a
  // parallel request creates in the meantime. The id of the default pipeline never changes.
  const byDefault = await ctx.db.kysely
    .transaction()
    .execute((trx) => ensureDefaultPipeline(ctx, trx, caller.organizationId));
  return readSnapshot(ctx.db.kysely, async (trx) => {
    const pipelines = await selectPipelines(trx, caller.organizationId)
      .where(all([sql<boolean>`true`, ...createdConditions(request), ...hasAnyUuid(request.ids)]))
      .orderBy(sql`user_id is not null`)
      .orderBy('created_at')
      .orderBy('id')
      .execute();
    const stages = await selectStages(trx, caller.organizationId).execute();
    return {
      pipelines: pipelines.map((row) =>
        pipelineToProto(
          row,
          stages.filter((stage) => stage.pipeline_id === row.id),
        ),
      ),
      defaultPipelineId: (await findPreferred(trx, caller)) ?? byDefault.id,
      totalCount: BigInt(pipelines.length),
    };
  });
}

/** Finds the user's preferred pipeline. Only users have one. */
async function findPreferred(trx: Transaction<DB>, { organizationId, actor }: Caller): Promise<string | undefined> {
  if (actor.type !== 'user') return undefined;
  const row = await trx
    .selectFrom('opportunity_pipeline_preferences')
    .select('pipeline_id')
    .where('organization_id', '=', organizationId)
    .where('user_id', '=', BigInt(actor.id))
    .executeTakeFirst();
  return row?.pipeline_id;
}
