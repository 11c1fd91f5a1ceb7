import type { DescMessage, MessageShape } from '@bufbuild/protobuf';
import { encodeJson, type JsonObject } from '@drippulse/json';
import { CrmAccountSchema } from '@drippulse/proto/drippulse/crm/v1/accounts_pb';
import { CrmContactSchema } from '@drippulse/proto/drippulse/crm/v1/contacts_pb';
import { CrmLeadSchema } from '@drippulse/proto/drippulse/crm/v1/leads_pb';
import { CrmOpportunitySchema } from '@drippulse/proto/drippulse/crm/v1/opportunities_pb';
import type { RecordQuery } from '../../actions/action.ts';
import type { Context } from '../../context.ts';
import type { ExecutionRow } from '../../executions/rows.ts';
import { storedObject } from '../../json-objects.ts';
import type { ToolResult } from '../../tools/state.ts';
import { callerOf } from '../caller.ts';

const timeoutMs = 10_000;

/** Reads CRM records with read access only. A record of another organization is reported as missing. */
export async function readRecords(
  { clients }: Context,
  row: ExecutionRow,
  query: RecordQuery,
  signal: AbortSignal,
): Promise<ToolResult> {
  const caller = { ...callerOf(row), role: 'viewer' as const };
  const options = { timeoutMs, signal };
  const list = query.do === 'find' ? { q: query.query, limit: query.limit } : {};
  const id = query.do === 'get' ? query.id : '';
  const isFind = query.do === 'find';
  switch (query.type) {
    case 'lead': {
      const crm = clients.leads(caller);
      return isFind
        ? found(CrmLeadSchema, (await crm.listCrmLeads(list, options)).leads)
        : found(CrmLeadSchema, (await crm.getCrmLead({ id }, options)).lead);
    }
    case 'contact': {
      const crm = clients.contacts(caller);
      return isFind
        ? found(CrmContactSchema, (await crm.listCrmContacts(list, options)).contacts)
        : found(CrmContactSchema, (await crm.getCrmContact({ id }, options)).contact);
    }
    case 'account': {
      const crm = clients.accounts(caller);
      return isFind
        ? found(CrmAccountSchema, (await crm.listCrmAccounts(list, options)).accounts)
        : found(CrmAccountSchema, (await crm.getCrmAccount({ id }, options)).account);
    }
    case 'opportunity': {
      const crm = clients.opportunities(caller);
      return isFind
        ? found(CrmOpportunitySchema, (await crm.listCrmOpportunities(list, options)).opportunities)
        : found(CrmOpportunitySchema, (await crm.getCrmOpportunity({ id }, options)).opportunity);
    }
  }
}

function found<D extends DescMessage>(
  desc: D,
  records: readonly MessageShape<D>[] | MessageShape<D> | undefined,
): ToolResult {
  const shown = (record: MessageShape<D>): JsonObject => storedObject(encodeJson(desc, record));
  if (Array.isArray(records)) return { outcome: 'succeeded', output: { records: records.map(shown) } };
  const one = records as MessageShape<D> | undefined; // a value that is not a list is one record
  return { outcome: 'succeeded', output: { record: one === undefined ? null : shown(one) } };
}
