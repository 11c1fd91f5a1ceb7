import type { ServiceImpl } from '@connectrpc/connect';
import { convertInTurns } from '@drippulse/loops';
import { CrmAccountsService } from '@drippulse/proto/drippulse/crm/v1/accounts_pb';
import { callerOf } from '@drippulse/rpc';
import { accounts, accountToProto, accountValues } from '../accounts/account.ts';
import type { Context } from '../context.ts';
import { commit } from '../records/commit.ts';
import { equalsAnyCase } from '../records/conditions.ts';
import { createRecord } from '../records/create-record.ts';
import { deleteRecord } from '../records/delete-record.ts';
import { listRecords } from '../records/list-records.ts';
import { findRecord, lockRecord } from '../records/rows.ts';
import { updateRecord } from '../records/update-record.ts';
import { pickValues } from '../records/values.ts';
import { importCsv } from './import-csv.ts';

const { method } = CrmAccountsService;

/** Implements the RPCs of one collection. The operations that all five collections share are in `records/`. */
export function accountsMethods(ctx: Context): ServiceImpl<typeof CrmAccountsService> {
  return {
    async listCrmAccounts(request, call) {
      const { rows, totals } = await listRecords(ctx, call, accounts, request, [
        equalsAnyCase('domain', request.domain),
      ]);
      return { accounts: await convertInTurns(rows, accountToProto, call.signal), ...totals };
    },
    async getCrmAccount(request, call) {
      const row = await findRecord(ctx.db.kysely, accounts, callerOf(call).organizationId, request.id);
      return { account: accountToProto(row) };
    },
    createCrmAccount: (request, call) =>
      commit(ctx, call, method.createCrmAccount, request, async (write) => {
        const row = await createRecord(write, accounts, accountValues(request));
        return { account: accountToProto(row) };
      }),
    updateCrmAccount: (request, call) =>
      commit(ctx, call, method.updateCrmAccount, request, async (write) => {
        const before = await lockRecord(write, accounts, request.id);
        const values = pickValues(accountValues(request), request.updateMask?.paths);
        const row = await updateRecord(write, accounts, before, values);
        return { account: accountToProto(row) };
      }),
    deleteCrmAccount: (request, call) =>
      commit(ctx, call, method.deleteCrmAccount, request, async (write) => {
        await deleteRecord(write, accounts, request.id);
        return {};
      }),
    importCrmAccountsCsv: (requests, call) => importCsv(ctx, 'accounts', requests, call),
  };
}
