import type { ServiceImpl } from '@connectrpc/connect';
import { convertInTurns } from '@drippulse/loops';
import { CrmContactsService } from '@drippulse/proto/drippulse/crm/v1/contacts_pb';
import { callerOf } from '@drippulse/rpc';
import { contacts, contactToProto, contactValues } from '../contacts/contact.ts';
import type { Context } from '../context.ts';
import { listDuplicates } from '../duplicates/list-duplicates.ts';
import { mergeToProto } from '../merges/merge.ts';
import { mergeRecords } from '../merges/merge-records.ts';
import { mergeableContacts } from '../merges/mergeable.ts';
import { commit } from '../records/commit.ts';
import { equalsAnyCase, linksTo } from '../records/conditions.ts';
import { createRecord } from '../records/create-record.ts';
import { deleteRecord } from '../records/delete-record.ts';
import { listRecords } from '../records/list-records.ts';
import { findRecord, lockRecord } from '../records/rows.ts';
import { updateRecord } from '../records/update-record.ts';
import { pickValues } from '../records/values.ts';
import { eraseCrmContact } from './erase-contact.ts';
import { importCsv } from './import-csv.ts';

const { method } = CrmContactsService;

/** Implements the RPCs of one collection. The operations that all five collections share are in `records/`. */
export function contactsMethods(ctx: Context): ServiceImpl<typeof CrmContactsService> {
  return {
    async listCrmContacts(request, call) {
      const { rows, totals } = await listRecords(ctx, call, contacts, request, [
        equalsAnyCase('email', request.email),
        linksTo(callerOf(call).organizationId, 'account_id', 'account', request.accountId),
      ]);
      return { contacts: await convertInTurns(rows, contactToProto, call.signal), ...totals };
    },
    async getCrmContact(request, call) {
      const row = await findRecord(ctx.db.kysely, contacts, callerOf(call).organizationId, request.id);
      return { contact: contactToProto(row) };
    },
    createCrmContact: (request, call) =>
      commit(ctx, call, method.createCrmContact, request, async (write) => {
        const row = await createRecord(write, contacts, contactValues(request));
        return { contact: contactToProto(row) };
      }),
    updateCrmContact: (request, call) =>
      commit(ctx, call, method.updateCrmContact, request, async (write) => {
        const before = await lockRecord(write, contacts, request.id);
        const values = pickValues(contactValues(request), request.updateMask?.paths);
        const row = await updateRecord(write, contacts, before, values);
        return { contact: contactToProto(row) };
      }),
    deleteCrmContact: (request, call) =>
      commit(ctx, call, method.deleteCrmContact, request, async (write) => {
        await deleteRecord(write, contacts, request.id);
        return {};
      }),
    async listCrmContactDuplicates(request, call) {
      const { groups, nextCursor } = await listDuplicates(ctx, call, contacts, request, request.contactId);
      const toMessage = ({ records, ...group }: (typeof groups)[number]) => ({
        ...group,
        contacts: records.map(contactToProto),
      });
      return { duplicates: await convertInTurns(groups, toMessage, call.signal), nextCursor };
    },
    mergeCrmContacts: (request, call) =>
      commit(ctx, call, method.mergeCrmContacts, request, async (write) => {
        const { survivor, merge } = await mergeRecords(write, mergeableContacts, request);
        return { contact: contactToProto(survivor), merge: mergeToProto(merge) };
      }),
    eraseCrmContact: (request, call) => eraseCrmContact(ctx, request, call),
    importCrmContactsCsv: (requests, call) => importCsv(ctx, 'contacts', requests, call),
  };
}
