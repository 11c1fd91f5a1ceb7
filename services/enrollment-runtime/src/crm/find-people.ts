import type { HandlerContext } from '@connectrpc/connect';
import type { CrmContact } from '@drippulse/proto/drippulse/crm/v1/contacts_pb';
import type { CrmLead } from '@drippulse/proto/drippulse/crm/v1/leads_pb';
import { callerOf, fromConnectError } from '@drippulse/rpc';
import type { Context } from '../context.ts';

/**
 * The timeout is short, because the response shows the person next to an enrollment and must not wait long for a slow
 * CRM.
 */
const deadlineMs = 2_000;

/** References that may name a contact or a lead: its public id, or a UUID, which does not reveal the type. */
const contactId = /^(cnt_|[0-9a-f]{8}-)/i;
const leadId = /^(lead_|[0-9a-f]{8}-)/i;

/** Finds the contact or lead of the CRM that a reference names. A deleted record counts as missing. */
export async function findPeople(
  { clients }: Pick<Context, 'clients'>,
  call: HandlerContext,
  leadRef: string | null,
): Promise<{ contact: CrmContact | undefined; lead: CrmLead | undefined }> {
  const caller = callerOf(call);
  const request = { ids: [leadRef ?? ''], limit: 1 };
  const options = { timeoutMs: deadlineMs };
  const isId = (pattern: RegExp) => leadRef !== null && pattern.test(leadRef);
  try {
    const [contacts, leads] = await Promise.all([
      isId(contactId) ? clients.crm.contacts(caller, call).listCrmContacts(request, options) : undefined,
      isId(leadId) ? clients.crm.leads(caller, call).listCrmLeads(request, options) : undefined,
    ]);
    return { contact: contacts?.contacts[0], lead: leads?.leads[0] };
  } catch (error) {
    throw fromConnectError(error);
  }
}
