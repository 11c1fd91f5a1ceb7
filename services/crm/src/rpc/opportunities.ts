import type { ServiceImpl } from '@connectrpc/connect';
import { convertInTurns } from '@drippulse/loops';
import { CrmOpportunitiesService } from '@drippulse/proto/drippulse/crm/v1/opportunities_pb';
import { callerOf } from '@drippulse/rpc';
import type { Context } from '../context.ts';
import { readMove } from '../opportunities/move.ts';
import { opportunities, opportunityToProto, opportunityValues } from '../opportunities/opportunity.ts';
import { findStage, placeAtEnd } from '../opportunities/place.ts';
import { stageTypes } from '../pipelines/stage-types.ts';
import { commit } from '../records/commit.ts';
import { equals, equalsUuid, linksTo } from '../records/conditions.ts';
import { createRecord } from '../records/create-record.ts';
import { deleteRecord } from '../records/delete-record.ts';
import { listRecords } from '../records/list-records.ts';
import { findRecord, lockRecord } from '../records/rows.ts';
import { updateRecord } from '../records/update-record.ts';
import { pickValues } from '../records/values.ts';
import { importCsv } from './import-csv.ts';
import { reorderCrmOpportunities } from './reorder-opportunities.ts';

const { method } = CrmOpportunitiesService;

/** Implements the RPCs of one collection. The operations that all five collections share are in `records/`. */
export function opportunitiesMethods(ctx: Context): ServiceImpl<typeof CrmOpportunitiesService> {
  return {
    async listCrmOpportunities(request, call) {
      const { organizationId } = callerOf(call);
      const { rows, totals } = await listRecords(ctx, call, opportunities, request, [
        equalsUuid('pipeline_id', request.pipelineId),
        equalsUuid('pipeline_stage_id', request.pipelineStageId),
        equals('status', request.status === undefined ? undefined : stageTypes.textOf(request.status)),
        linksTo(organizationId, 'account_id', 'account', request.accountId),
        linksTo(organizationId, 'contact_id', 'contact', request.contactId),
      ]);
      return { opportunities: await convertInTurns(rows, opportunityToProto, call.signal), ...totals };
    },
    async getCrmOpportunity(request, call) {
      const row = await findRecord(ctx.db.kysely, opportunities, callerOf(call).organizationId, request.id);
      return { opportunity: opportunityToProto(row) };
    },
    createCrmOpportunity: (request, call) =>
      commit(ctx, call, method.createCrmOpportunity, request, async (write) => {
        const stage = await findStage(ctx, write.trx, write.author.organizationId, request);
        const place = await placeAtEnd(ctx, write.trx, stage);
        const row = await createRecord(write, opportunities, { ...opportunityValues(request), ...place });
        return { opportunity: opportunityToProto(row) };
      }),
    updateCrmOpportunity: (request, call) =>
      commit(ctx, call, method.updateCrmOpportunity, request, async (write) => {
        const before = await lockRecord(write, opportunities, request.id);
        const values = pickValues(opportunityValues(request), request.updateMask?.paths);
        const place = await readMove(ctx, write.trx, request, before);
        const row = await updateRecord(write, opportunities, before, { ...values, ...place });
        return { opportunity: opportunityToProto(row) };
      }),
    reorderCrmOpportunities: (request, call) => reorderCrmOpportunities(ctx, request, call),
    deleteCrmOpportunity: (request, call) =>
      commit(ctx, call, method.deleteCrmOpportunity, request, async (write) => {
        await deleteRecord(write, opportunities, request.id);
        return {};
      }),
    importCrmOpportunitiesCsv: (requests, call) => importCsv(ctx, 'opportunities', requests, call),
  };
}
