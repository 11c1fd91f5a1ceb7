import type { HandlerContext } from '@connectrpc/connect';
import type { CrmSelection } from '@drippulse/engine';
import { decodeJson, encodeJson, stringifyJson } from '@drippulse/json';
import { CrmContactSchema, ListCrmContactsRequestSchema } from '@drippulse/proto/drippulse/crm/v1/contacts_pb';
import { CrmLeadSchema, ListCrmLeadsRequestSchema } from '@drippulse/proto/drippulse/crm/v1/leads_pb';
import { type Caller, fromConnectError } from '@drippulse/rpc';
import type { Context } from '../context.ts';
import { contactText } from './contact-text.ts';

/**
 * A page of selected records: JSON texts of contacts, the number of matches (a lower bound above 10,000), and the next
 * cursor.
 */
export type RecordPage = { contacts: string[]; totalCount: bigint; nextCursor: string | undefined };

/** Number of records in a page. A record may have up to 100 kB, and a response of the CRM up to 32 MiB. */
const pageRows = 250;

/**
 * Reads one page of the records that a selection matches, newest first. No record is returned twice, and records added
 * later are left out.
 */
export async function selectRecords(
  { clients }: Pick<Context, 'clients'>,
  caller: Caller,
  { recordType, filter }: CrmSelection,
  o: { cursor?: string; call?: HandlerContext } = {},
): Promise<RecordPage> {
  const text = stringifyJson({ ...filter, limit: pageRows, ...(o.cursor !== undefined && { cursor: o.cursor }) });
  try {
    if (recordType === 'lead') {
      const request = decodeJson(ListCrmLeadsRequestSchema, text, { method: 'POST' });
      const page = await clients.crm.leads(caller, o.call).listCrmLeads(request);
      const contacts = page.leads.map((lead) => contactText(lead.publicId, encodeJson(CrmLeadSchema, lead)));
      return { contacts, totalCount: page.totalCount, nextCursor: page.nextCursor };
    }
    const request = decodeJson(ListCrmContactsRequestSchema, text, { method: 'POST' });
    const page = await clients.crm.contacts(caller, o.call).listCrmContacts(request);
    const contacts = page.contacts.map((row) => contactText(row.publicId, encodeJson(CrmContactSchema, row)));
    return { contacts, totalCount: page.totalCount, nextCursor: page.nextCursor };
  } catch (error) {
    throw fromConnectError(error);
  }
}
