import type { ConsumedEvent } from '@drippulse/events';
import { encodeField, encodeJson } from '@drippulse/json';
import { CrmContactSchema } from '@drippulse/proto/drippulse/crm/v1/contacts_pb';
import { type CrmEvent, CrmEventSchema } from '@drippulse/proto/drippulse/crm/v1/events_pb';
import { CrmLeadSchema } from '@drippulse/proto/drippulse/crm/v1/leads_pb';
import { type Caller, fromConnectError, type Mode } from '@drippulse/rpc';
import type { Context } from '../context.ts';
import { contactText } from '../crm/contact-text.ts';
import type { Link } from '../enrolling/entrants.ts';

/** The name of the consumer group for CRM changes, which also owns the marks of handled events. */
export const crmGroup = 'enrollment-runtime';

type Clients = Pick<Context, 'clients'>;
/** The payload of an event about a record. The type excludes erasures, because they start nothing. */
type Payload = Exclude<Extract<CrmEvent['payload'], { value: object }>, { case: 'contactErased' }>;
/** A record of the CRM. */
type CrmRecord = Exclude<Payload, { case: 'leadScored' }>['value'];
type Person = { id: string; publicId: string; text: string };

/** A change of a record, as an event. */
export type CrmChange = {
  id: string;
  name: string;
  organizationId: bigint;
  /** The mode is always live, because test keys and test steps write nothing to the CRM. */
  mode: Mode;
  hops: number;
  /**
   * The chain that the change belongs to. `counts` is true if the change follows from an earlier cause; otherwise the
   * event is itself the cause.
   */
  link: Link;
  time: CrmEvent['time'];
  payload: Payload;
  /** The record that the event is about, usually the payload itself. */
  record: CrmRecord;
};

export function readChange({ id, type, message }: ConsumedEvent<typeof CrmEventSchema>): CrmChange | undefined {
  const { organizationId, hops, cause, time, payload } = message;
  if (payload.case === undefined || payload.case === 'contactErased') return undefined;
  const record = recordOf(payload);
  if (record === undefined) return undefined;
  const link = cause === '' ? { cause: id, counts: false } : { cause, counts: true };
  return { id, name: type, organizationId, mode: 'live', hops, link, time, payload, record };
}

/** Returns the record that an event is about. A scoring event is about the lead in its payload. */
function recordOf(payload: Payload): CrmRecord | undefined {
  return payload.case === 'leadScored' ? payload.value.lead : payload.value;
}

/**
 * The person whom a change is about: the JSON text of the person's fields, and the references other than `lead_ref`.
 */
export type ChangedPerson = { contact: string; refs: string[] };

/**
 * Returns the person that a change is about. With `asks`, the CRM is asked for the person of an opportunity or
 * activity. Otherwise such a person is known only by the ids in the record.
 */
export async function personOfChange(ctx: Clients, change: CrmChange, asks: boolean): Promise<ChangedPerson> {
  const { record: value } = change;
  const linked = linksOf(change).filter((id) => id !== undefined);
  const person = asks || linked.length === 0 ? await personOf(ctx, change) : undefined;
  const { publicId, text, id } = person ?? { publicId: value.publicId, text: '{}', id: value.id };
  const refs = [...new Set([value.id, value.publicId, id, ...linked])];
  return { contact: contactText(publicId, text), refs };
}

/** Returns the ids of people that a record is linked with. */
function linksOf({ record: value }: CrmChange): (string | undefined)[] {
  switch (value.$typeName) {
    case 'drippulse.crm.v1.CrmOpportunity':
      return [value.contactId];
    case 'drippulse.crm.v1.CrmActivity':
      return [value.leadId, value.contactId];
    default:
      return [];
  }
}

/** Returns the JSON text of the event's content, usually the changed record. */
export function propertiesOf(payload: Payload): string {
  const field = CrmEventSchema.fields.find(({ localName }) => localName === payload.case);
  if (field === undefined) throw new Error(`there is no event ${payload.case}`);
  return encodeField(field, { [payload.case]: payload.value });
}

async function personOf(ctx: Clients, { organizationId, record: value }: CrmChange): Promise<Person | undefined> {
  switch (value.$typeName) {
    case 'drippulse.crm.v1.CrmLead':
      return { id: value.id, publicId: value.publicId, text: encodeJson(CrmLeadSchema, value) };
    case 'drippulse.crm.v1.CrmContact':
      return { id: value.id, publicId: value.publicId, text: encodeJson(CrmContactSchema, value) };
    case 'drippulse.crm.v1.CrmOpportunity':
      return findContact(ctx, organizationId, value.contactId);
    case 'drippulse.crm.v1.CrmActivity':
      return (await findLead(ctx, organizationId, value.leadId)) ?? findContact(ctx, organizationId, value.contactId);
    default:
      return undefined;
  }
}

async function findContact({ clients }: Clients, organizationId: bigint, id?: string): Promise<Person | undefined> {
  if (id === undefined) return undefined;
  const found = await unlessGone(clients.crm.contacts(callerOf(organizationId)).getCrmContact({ id }));
  const contact = found?.contact;
  return contact && { id: contact.id, publicId: contact.publicId, text: encodeJson(CrmContactSchema, contact) };
}

async function findLead({ clients }: Clients, organizationId: bigint, id?: string): Promise<Person | undefined> {
  if (id === undefined) return undefined;
  const found = await unlessGone(clients.crm.leads(callerOf(organizationId)).getCrmLead({ id }));
  const lead = found?.lead;
  return lead && { id: lead.id, publicId: lead.publicId, text: encodeJson(CrmLeadSchema, lead) };
}

/**
 * Returns the record, or undefined if it was deleted, because a deleted record has no person. When the CRM is
 * unavailable, the error is rethrown and the event is retried.
 */
async function unlessGone<T>(asking: Promise<T>): Promise<T | undefined> {
  try {
    return await asking;
  } catch (error) {
    const failure = fromConnectError(error);
    if (failure.kind === 'not_found') return undefined;
    throw failure;
  }
}

function callerOf(organizationId: bigint): Caller {
  return { organizationId, actor: { type: 'service', id: 'enrollment-runtime' }, role: 'viewer', mode: 'live' };
}
