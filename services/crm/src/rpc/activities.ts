import type { ServiceImpl } from '@connectrpc/connect';
import { convertInTurns } from '@drippulse/loops';
import { CrmActivitiesService } from '@drippulse/proto/drippulse/crm/v1/activities_pb';
import { callerOf } from '@drippulse/rpc';
import { sql } from 'kysely';
import { activities, activityKinds, activityToProto, activityValues } from '../activities/activity.ts';
import type { Context } from '../context.ts';
import { commit } from '../records/commit.ts';
import { type Condition, equals, linksTo } from '../records/conditions.ts';
import { createRecord } from '../records/create-record.ts';
import { deleteRecord } from '../records/delete-record.ts';
import { listRecords } from '../records/list-records.ts';
import { findRecord, lockRecord } from '../records/rows.ts';
import { updateRecord } from '../records/update-record.ts';
import { pickValues } from '../records/values.ts';
import { importCsv } from './import-csv.ts';

const { method } = CrmActivitiesService;

/** Implements the RPCs of one collection. The operations that all five collections share are in `records/`. */
export function activitiesMethods(ctx: Context): ServiceImpl<typeof CrmActivitiesService> {
  return {
    async listCrmActivities(request, call) {
      const { organizationId } = callerOf(call);
      const { rows, totals } = await listRecords(ctx, call, activities, request, [
        equals('kind', request.kind === undefined ? undefined : activityKinds.textOf(request.kind)),
        isDone(request.completed),
        linksTo(organizationId, 'account_id', 'account', request.accountId),
        linksTo(organizationId, 'contact_id', 'contact', request.contactId),
        linksTo(organizationId, 'lead_id', 'lead', request.leadId),
        linksTo(organizationId, 'opportunity_id', 'opportunity', request.opportunityId),
      ]);
      return { activities: await convertInTurns(rows, activityToProto, call.signal), ...totals };
    },
    async getCrmActivity(request, call) {
      const row = await findRecord(ctx.db.kysely, activities, callerOf(call).organizationId, request.id);
      return { activity: activityToProto(row) };
    },
    createCrmActivity: (request, call) =>
      commit(ctx, call, method.createCrmActivity, request, async (write) => {
        const row = await createRecord(write, activities, activityValues(request));
        return { activity: activityToProto(row) };
      }),
    updateCrmActivity: (request, call) =>
      commit(ctx, call, method.updateCrmActivity, request, async (write) => {
        const before = await lockRecord(write, activities, request.id);
        const values = pickValues(activityValues(request), request.updateMask?.paths);
        const row = await updateRecord(write, activities, before, values);
        return { activity: activityToProto(row) };
      }),
    deleteCrmActivity: (request, call) =>
      commit(ctx, call, method.deleteCrmActivity, request, async (write) => {
        await deleteRecord(write, activities, request.id);
        return {};
      }),
    importCrmActivitiesCsv: (requests, call) => importCsv(ctx, 'activities', requests, call),
  };
}

function isDone(completed: boolean | undefined): Condition {
  if (completed === undefined) return undefined;
  return completed ? sql<boolean>`completed_at is not null` : sql<boolean>`completed_at is null`;
}
