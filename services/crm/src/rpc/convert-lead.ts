import type { HandlerContext } from '@connectrpc/connect';
import { DomainError } from '@drippulse/errors';
import { type ConvertCrmLeadRequest, CrmLeadsService } from '@drippulse/proto/drippulse/crm/v1/leads_pb';
import { sql } from 'kysely';
import * as account from '../accounts/account.ts';
import * as contact from '../contacts/contact.ts';
import type { Context } from '../context.ts';
import { findLeadAccount, findLeadContact } from '../leads/counterparts.ts';
import { type LeadRow, leads, leadToProto } from '../leads/lead.ts';
import * as opportunity from '../opportunities/opportunity.ts';
import { findStage, placeAtEnd } from '../opportunities/place.ts';
import type { Values } from '../records/collection.ts';
import { commit } from '../records/commit.ts';
import { createRecord } from '../records/create-record.ts';
import { withOwnersOf } from '../records/require-owner.ts';
import { lockRecord } from '../records/rows.ts';
import { updateRecord } from '../records/update-record.ts';
import type { Write } from '../records/write.ts';

const { convertCrmLead: method } = CrmLeadsService.method;

/** Arguments of each step of a conversion. */
type Conversion = { write: Write; request: ConvertCrmLeadRequest; lead: LeadRow };

export async function convertCrmLead(ctx: Context, request: ConvertCrmLeadRequest, call: HandlerContext) {
  return commit(ctx, call, method, request, async (write) => {
    const { trx } = write;
    const organizationId = String(write.author.organizationId);
    // Conversions take turns, so that two leads of one person become one contact.
    await sql`select pg_advisory_xact_lock(hashtext('convert_lead'), hashtext(${organizationId}))`.execute(trx);
    const lead = await lockRecord(write, leads, request.id);
    if (lead.converted_at !== null) {
      throw new DomainError('failed_precondition', 'lead_already_converted', 'The lead is converted already.');
    }
    const conversion = { write: withOwnersOf(write, [lead]), request, lead };
    const known = await findLeadContact(write, lead, request.contactId);
    const company = await chooseAccount(conversion, known);
    const person = await chooseContact(conversion, known, company);
    const sale = request.createOpportunity === true ? await makeOpportunity(conversion, person, company) : undefined;
    const converted = { status: 'converted', converted_at: ctx.clock.now(), contact_id: person.id };
    const after = await updateRecord(write, leads, lead, converted);
    return {
      lead: leadToProto(after),
      contact: contact.contactToProto(person),
      ...(company && { account: account.accountToProto(company) }),
      ...(sale && { opportunity: opportunity.opportunityToProto(sale) }),
    };
  });
}

/**
 * Chooses the account: the given account, else the contact's account, else an account with the company's name, else a
 * new account; undefined if the lead has no company.
 */
async function chooseAccount({ write, request, lead }: Conversion, known: contact.ContactRow | undefined) {
  const found = await findLeadAccount(write, lead, request.accountId ?? known?.account_id ?? undefined);
  if (found !== undefined || !lead.company_name) return found;
  const values = { name: lead.company_name, owner_id: lead.owner_id, custom: '{}' };
  return createRecord(write, account.accounts, values);
}

/**
 * Returns the existing contact if there is one, and links it to the account if it has none. Otherwise creates a
 * contact.
 */
async function chooseContact(
  { write, lead }: Conversion,
  known: contact.ContactRow | undefined,
  company: account.AccountRow | undefined,
): Promise<contact.ContactRow> {
  const account_id = company?.id ?? null;
  if (known !== undefined) {
    const link: Values = known.account_id === null ? { account_id } : {};
    return updateRecord(write, contact.contacts, known, link);
  }
  const { email, first_name, last_name, title, phone, owner_id } = lead;
  const values = { email, first_name, last_name, title, phone, owner_id, account_id, custom: '{}' };
  return createRecord(write, contact.contacts, values);
}

async function makeOpportunity(
  { write, request, lead }: Conversion,
  person: contact.ContactRow,
  company: account.AccountRow | undefined,
): Promise<opportunity.OpportunityRow> {
  const { ctx, trx } = write;
  const { pipelineStageId } = request;
  const stage = await findStage(
    ctx,
    trx,
    lead.organization_id,
    pipelineStageId === undefined ? {} : { pipelineStageId },
  );
  const values = {
    name: request.opportunityName ?? lead.company_name ?? nameOf(lead),
    amount_cents: request.amountCents ?? null,
    currency: request.currency ?? null,
    account_id: company?.id ?? null,
    contact_id: person.id,
    owner_id: lead.owner_id,
    custom: '{}',
    ...(await placeAtEnd(ctx, trx, stage)),
  };
  return createRecord(write, opportunity.opportunities, values);
}

function nameOf({ first_name, last_name, email, phone }: LeadRow): string {
  const names = [first_name, last_name].filter((name) => name !== null);
  return names.length > 0 ? names.join(' ') : (email ?? phone ?? '');
}
