import { timestampFromDate } from '@bufbuild/protobuf/wkt';
import type { HandlerContext } from '@connectrpc/connect';
import { appendEvents, topicOf } from '@drippulse/events';
import { CrmContactsService, type EraseCrmContactRequest } from '@drippulse/proto/drippulse/crm/v1/contacts_pb';
import { CrmEventSchema } from '@drippulse/proto/drippulse/crm/v1/events_pb';
import { sql, type Transaction } from 'kysely';
import { type ContactRow, contacts } from '../contacts/contact.ts';
import type { Context } from '../context.ts';
import type { DB } from '../db/schema.ts';
import { blankActivities, blankMerges, blankOpportunities, blankPeople } from '../erasures/blank-records.ts';
import { findEmails, lockContact, lockLeads, lockMerged, type Trace } from '../erasures/find-traces.ts';
import { forgetAnswers } from '../erasures/forget-answers.ts';
import { sealIdentity } from '../erasures/identity.ts';
import { buryPerson, lockErasures } from '../erasures/tombstones.ts';
import { leads } from '../leads/lead.ts';
import { recordErasure } from '../records/change-events.ts';
import { commit } from '../records/commit.ts';

const topic = topicOf(CrmEventSchema);
/** Maximum number of records in one event, so that its size stays far below the limits of the transports. */
const namedRecords = 1_000;

/**
 * Clears all data of a person in one transaction, keeps the columns by which reports count, and publishes an event with
 * ids only. The names are cleared last, because finding the other data needs them.
 */
export function eraseCrmContact(ctx: Context, request: EraseCrmContactRequest, call: HandlerContext) {
  return commit(ctx, call, CrmContactsService.method.eraseCrmContact, request, async (write) => {
    const { trx, author } = write;
    const { organizationId } = author;
    await lockErasures(trx, organizationId, 'erase');
    const contact = await lockContact(trx, organizationId, request.id);
    if (contact.erased_at !== null) return {};
    const now = ctx.clock.now();
    const place = { organizationId, now };
    const merged = await lockMerged(trx, organizationId, contacts, [contact.id]);
    const asContacts = [contact, ...merged];
    const contactIds = asContacts.map(({ id }) => id);
    const named = await lockLeads(trx, organizationId, contactIds, await findEmails(trx, organizationId, asContacts));
    const absorbed = await lockMerged(
      trx,
      organizationId,
      leads,
      named.map(({ id }) => id),
    );
    const linked = [...new Map([...named, ...absorbed].map((lead) => [lead.id, lead])).values()];
    const people = [...asContacts, ...linked];
    const emails = await findEmails(trx, organizationId, people);
    const leadIds = linked.map(({ id }) => id);
    await buryPerson(ctx, trx, { organizationId, contactId: contact.id, known: [...people, ...asKnown(emails)] });
    const opportunities = await blankOpportunities(trx, { contactIds, people }, place);
    const activities = await blankActivities(trx, { contactIds, leadIds }, place);
    await blankPeople(trx, 'contacts', contactIds, place);
    await blankPeople(trx, 'leads', leadIds, place);
    await blankMerges(trx, [...contactIds, ...leadIds], place);
    await forgetAnswers(trx, organizationId, [...people, ...activities, ...opportunities]);
    await cancelEnrollments(trx, leadIds);
    const erasure = { organizationId, contactId: contact.id };
    await trx
      .insertInto('erasures')
      .values({
        organization_id: organizationId,
        contact_id: contact.id,
        identity: sealIdentity(ctx, { ...erasure, emails }),
        erased_at: now,
      })
      .execute();
    await recordErasure(
      write,
      contacts,
      asContacts.map((row) => ({ ...row, updated_at: now, deleted_at: now })),
    );
    await recordErasure(
      write,
      leads,
      linked.map((lead) => ({ ...lead, updated_at: now, deleted_at: now })),
    );
    const traces = [...tracesOf('contact', merged), ...tracesOf('lead', linked)];
    await appendErasure(trx, contact, [...traces, ...activities, ...opportunities], now);
    return {};
  });
}

function tracesOf(type: Trace['type'], rows: readonly { id: string; public_id: string }[]): Trace[] {
  return rows.map(({ id, public_id }) => ({ type, id, public_id }));
}

/**
 * Represents each email address as a person with no other identifiers, because former email addresses become tombstones
 * too.
 */
function asKnown(emails: readonly string[]) {
  return emails.map((email) => ({ email }));
}

/** Cancels pending enrollments of leads that forms created. */
async function cancelEnrollments(trx: Transaction<DB>, leadIds: readonly string[]): Promise<void> {
  if (leadIds.length === 0) return;
  await sql`
    update lead_form_submissions set enroll_at = null
    where enroll_at is not null and lead_id = any(${leadIds}::uuid[])`.execute(trx);
}

async function appendErasure(
  trx: Transaction<DB>,
  { id, public_id, organization_id, sequence }: ContactRow,
  traces: readonly Trace[],
  now: Date,
): Promise<void> {
  const parts = Math.max(1, Math.ceil(traces.length / namedRecords));
  const events = Array.from({ length: parts }, (_, part) => ({
    organizationId: organization_id,
    sequence: sequence + 1n + BigInt(part),
    aggregate: `contact:${id}`,
    payload: {
      case: 'contactErased' as const,
      value: {
        id,
        publicId: public_id,
        erasedAt: timestampFromDate(now),
        records: traces
          .slice(part * namedRecords, (part + 1) * namedRecords)
          .map((trace) => ({ recordType: trace.type, id: trace.id, publicId: trace.public_id })),
      },
    },
  }));
  await appendEvents(trx, topic, events);
}
