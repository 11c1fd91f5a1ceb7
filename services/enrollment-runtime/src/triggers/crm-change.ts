import type { ConsumedEvent } from '@drippulse/events';
import { encodeField, encodeJson, formatTimestamp } from '@drippulse/json';
import { CrmContactSchema } from '@drippulse/proto/drippulse/crm/v1/contacts_pb';
import { type CrmEvent, CrmEventSchema } from '@drippulse/proto/drippulse/crm/v1/events_pb';
import { CrmLeadSchema } from '@drippulse/proto/drippulse/crm/v1/leads_pb';
import { type Caller, fromConnectError, type Mode } from '@drippulse/rpc';
import type { Context } from '../context.ts';
import { contactText } from '../crm/contact-text.ts';
import type { Link } from '../enrolling/enroll.ts';

type Clients = Pick<Context, 'clients'>;
/** An event of a record. The event of an erasure starts nothing. */
type Payload = Exclude<Extract<CrmEvent['payload'], { value: object }>, { case: 'contactErased' }>;
type Person = { publicId: string; text: string };

/** A change of a record, as an event. */
export type CrmChange = {
  id: string;
  name: string;
  organizationId: bigint;
  /** Test keys and test steps write nothing to the CRM, so its changes are live. */
  mode: Mode;
  hops: number;
  /** The chain that the change belongs to, and whether it follows from something: else the event is the cause. */
  link: Link;
  time: CrmEvent['time'];
  payload: Payload;
};

export function readChange({ id, type, message }: ConsumedEvent<typeof CrmEventSchema>): CrmChange | undefined {
  const { organizationId, hops, cause, time, payload } = message;
  if (payload.case === undefined || payload.case === 'contactErased') return undefined;
  const link = cause === '' ? { cause: id, counts: false } : { cause, counts: true };
  return { id, name: type, organizationId, mode: 'live', hops, link, time, payload };
}

/**
 * The JSON text of the contact that a change enrolls: the fields of its person at the top, if it has one, and the event
 * under `event`. The CRM is asked for the person of an opportunity or activity.
 */
export async function contactOf(ctx: Clients, change: CrmChange): Promise<string> {
  const { id, name, time, payload } = change;
  const person = (await personOf(ctx, change)) ?? { publicId: payload.value.publicId, text: '{}' };
  const head = JSON.stringify({ id, name, occurred_at: time && formatTimestamp(time) });
  return contactText(person.publicId, person.text, `${head.slice(0, -1)},"properties":${recordOf(payload)}}`);
}

function recordOf(payload: Payload): string {
  const field = CrmEventSchema.fields.find(({ localName }) => localName === payload.case);
  if (field === undefined) throw new Error(`there is no event ${payload.case}`);
  return encodeField(field, { [payload.case]: payload.value });
}

async function personOf(ctx: Clients, { organizationId, payload }: CrmChange): Promise<Person | undefined> {
  const { value } = payload;
  switch (value.$typeName) {
    case 'drippulse.crm.v1.CrmLead':
      return { publicId: value.publicId, text: encodeJson(CrmLeadSchema, value) };
    case 'drippulse.crm.v1.CrmContact':
      return { publicId: value.publicId, text: encodeJson(CrmContactSchema, value) };
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
  return found?.contact && { publicId: found.contact.publicId, text: encodeJson(CrmContactSchema, found.contact) };
}

async function findLead({ clients }: Clients, organizationId: bigint, id?: string): Promise<Person | undefined> {
  if (id === undefined) return undefined;
  const found = await unlessGone(clients.crm.leads(callerOf(organizationId)).getCrmLead({ id }));
  return found?.lead && { publicId: found.lead.publicId, text: encodeJson(CrmLeadSchema, found.lead) };
}

/** A deleted record has no person. When the CRM is away, the event is retried. */
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
