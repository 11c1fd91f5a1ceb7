import { randomUUIDv7 } from 'node:crypto';
import type { Violation, ViolationCode } from '@drippulse/errors';
import { jsonKind } from '@drippulse/json';
import { readContact } from '../enrollments/contact.ts';
import type { IncomingEvent } from './event.ts';
import { isReserved } from './reserved-names.ts';

const maxBytes = 64 * 1024;
const maxKey = 255;
const oldestMs = 7 * 86_400_000;
const futureMs = 5 * 60_000;

/** The members of an event as it was sent. Contact and properties are JSON texts that can be stored. */
export type SentEvent = {
  name: string;
  contact: string;
  properties: string | undefined;
  key: string | undefined;
  occurredAt: Date | undefined;
};

/** A refusal of an event, with an invalid member or with a reason that applies only to events. */
export type Refused = { reason: 'reserved_event_name' | 'contact_event_too_large' | undefined; violation: Violation };

export type CheckedEvent = Pick<IncomingEvent, 'id' | 'name' | 'contact' | 'properties' | 'occurredAt' | 'key'>;

/** Checks an event. `now` is the time of the process, against which the event's age is judged. */
export function checkEvent(sent: SentEvent, now: Date): { event: CheckedEvent } | { refused: Refused } {
  const { name, contact, properties = '{}', key, occurredAt = now } = sent;
  const text = properties.trim() === 'null' ? '{}' : properties;
  const refused = refusalOf({ ...sent, properties: text }, now);
  if (refused !== undefined) return { refused };
  return {
    event: { id: `evt_${randomUUIDv7()}`, name, contact, properties: text, occurredAt, ...(key && { key }) },
  };
}

function refusalOf({ name, contact, properties = '{}', key, occurredAt }: SentEvent, now: Date): Refused | undefined {
  if (name === '') return wrong('name', 'is required', 'required');
  if (name.length > 100) return wrong('name', 'has more than 100 characters', 'length');
  if (!/^[a-z0-9_.:-]+$/.test(name)) return wrong('name', 'may have lower-case letters, digits, and _ . : -', 'format');
  if (isReserved(name)) {
    const message = 'is a name of an event that the platform itself publishes';
    return { reason: 'reserved_event_name', violation: { field: 'name', message, code: 'not_allowed' } };
  }
  if (jsonKind(contact) !== 'object') return wrong('contact', 'must be an object', 'type');
  if (jsonKind(properties) !== 'object') return wrong('properties', 'must be an object', 'type');
  if (Buffer.byteLength(contact) + Buffer.byteLength(properties) > maxBytes) {
    const message = 'and properties have more than 64 KiB';
    return { reason: 'contact_event_too_large', violation: { field: 'contact', message, code: 'length' } };
  }
  const { email, leadRef } = readContact(contact);
  if (email === null && leadRef === null) return wrong('contact', 'needs an email or a lead_ref', 'required');
  if (key !== undefined && (key.length === 0 || key.length > maxKey))
    return wrong('idempotency_key', `must have 1 to ${maxKey} characters`, 'length');
  if (occurredAt === undefined) return undefined;
  const ageMs = now.getTime() - occurredAt.getTime();
  if (!(ageMs <= oldestMs && ageMs >= -futureMs))
    return wrong('occurred_at', 'must be from 7 days ago to 5 minutes ahead', 'range');
  return undefined;
}

function wrong(field: string, message: string, code: ViolationCode): Refused {
  return { reason: undefined, violation: { field, message, code } };
}
