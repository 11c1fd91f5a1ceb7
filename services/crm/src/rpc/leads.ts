import type { ServiceImpl } from '@connectrpc/connect';
import { convertInTurns } from '@drippulse/loops';
import { CrmLeadsService } from '@drippulse/proto/drippulse/crm/v1/leads_pb';
import { callerOf } from '@drippulse/rpc';
import type { Context } from '../context.ts';
import { listDuplicates } from '../duplicates/list-duplicates.ts';
import { leadStatuses, leads, leadToProto, leadValues, newLeadValues } from '../leads/lead.ts';
import { mergeToProto } from '../merges/merge.ts';
import { mergeRecords } from '../merges/merge-records.ts';
import { mergeableLeads } from '../merges/mergeable.ts';
import { commit } from '../records/commit.ts';
import { equals, equalsAnyCase } from '../records/conditions.ts';
import { createRecord } from '../records/create-record.ts';
import { deleteRecord } from '../records/delete-record.ts';
import { listRecords } from '../records/list-records.ts';
import { findRecord, lockRecord } from '../records/rows.ts';
import { updateRecord } from '../records/update-record.ts';
import { pickValues } from '../records/values.ts';
import { convertCrmLead } from './convert-lead.ts';
import { importCsv } from './import-csv.ts';

const { method } = CrmLeadsService;

/** Implements the RPCs of one collection. The operations that all five collections share are in `records/`. */
export function leadsMethods(ctx: Context): ServiceImpl<typeof CrmLeadsService> {
  return {
    async listCrmLeads(request, call) {
      const { rows, totals } = await listRecords(ctx, call, leads, request, [
        equals('status', request.status === undefined ? undefined : leadStatuses.textOf(request.status)),
        equalsAnyCase('email', request.email),
        equals('source', request.source),
      ]);
      return { leads: await convertInTurns(rows, leadToProto, call.signal), ...totals };
    },
    async getCrmLead(request, call) {
      const row = await findRecord(ctx.db.kysely, leads, callerOf(call).organizationId, request.id);
      return { lead: leadToProto(row) };
    },
    createCrmLead: (request, call) =>
      commit(ctx, call, method.createCrmLead, request, async (write) => {
        const row = await createRecord(write, leads, newLeadValues(request));
        return { lead: leadToProto(row) };
      }),
    updateCrmLead: (request, call) =>
      commit(ctx, call, method.updateCrmLead, request, async (write) => {
        const before = await lockRecord(write, leads, request.id);
        const values = pickValues(leadValues(request), columnsOf(request.updateMask?.paths));
        const row = await updateRecord(write, leads, before, values);
        return { lead: leadToProto(row) };
      }),
    convertCrmLead: (request, call) => convertCrmLead(ctx, request, call),
    deleteCrmLead: (request, call) =>
      commit(ctx, call, method.deleteCrmLead, request, async (write) => {
        await deleteRecord(write, leads, request.id);
        return {};
      }),
    async listCrmLeadDuplicates(request, call) {
      const { groups, nextCursor } = await listDuplicates(ctx, call, leads, request, request.leadId);
      const toMessage = ({ records, ...group }: (typeof groups)[number]) => ({
        ...group,
        leads: records.map(leadToProto),
      });
      return { duplicates: await convertInTurns(groups, toMessage, call.signal), nextCursor };
    },
    mergeCrmLeads: (request, call) =>
      commit(ctx, call, method.mergeCrmLeads, request, async (write) => {
        const { survivor, merge } = await mergeRecords(write, mergeableLeads, request);
        return { lead: leadToProto(survivor), merge: mergeToProto(merge) };
      }),
    importCrmLeadsCsv: (requests, call) => importCsv(ctx, 'leads', requests, call),
  };
}

/** Returns the column for each path. `company` is an alias of `company_name`. */
function columnsOf(paths: readonly string[] = []): string[] {
  return paths.map((path) => (path === 'company' ? 'company_name' : path));
}
