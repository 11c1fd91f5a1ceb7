import { hash } from 'node:crypto';
import type { JsonObject } from '@drippulse/engine';
import { stringifyJson } from '@drippulse/json';
import type { Mode } from '@drippulse/rpc';
import { contactKeysOf } from '../contacts/lock-contacts.ts';
import type { Link } from '../enrolling/entrants.ts';
import { parseObject, readContact } from '../enrollments/contact.ts';

export type EventSource = 'api' | 'crm' | 'mail';

/** An event of a contact, before it is accepted. */
export type IncomingEvent = {
  /** `evt_` and a UUIDv7. */
  id: string;
  organizationId: bigint;
  mode: Mode;
  name: string;
  source: EventSource;
  occurredAt: Date;
  /** JSON text of an object: the fields of the contact, which become data of an enrollment that the event starts. */
  contact: string;
  /** JSON text of an object. */
  properties: string;
  /** References by which the contact is known in addition to its `lead_ref`, such as the UUID of a record. */
  refs?: readonly string[];
  /** Idempotency key: another event with this key within seven days is a duplicate. */
  key?: string;
  /** The number of workflows that led to the event. Default: 0. */
  hops?: number;
  /** The chain that the event belongs to. Default: the event is itself a cause. */
  link?: Link;
};

/** An event with values derived from its texts. Each value is computed once. */
export type ReadEvent = IncomingEvent & {
  hops: number;
  link: Link;
  /** Keys of the contact, for its locks. */
  keys: readonly string[];
  /** Digests of the keys, by which the contact is found. */
  digests: readonly string[];
  /** Returns the fields that filters and rules see: the contact, `event`, `event_name` and `properties`. */
  fields(): JsonObject;
};

export function readEvent(event: IncomingEvent): ReadEvent {
  const { organizationId, mode, refs = [], hops = 0, link = { cause: event.id, counts: false } } = event;
  const { email, leadRef } = readContact(event.contact);
  const scope = { organizationId, mode };
  const keys = [
    ...contactKeysOf({ ...scope, email, leadRef }),
    ...refs.flatMap((ref) => (ref === leadRef ? [] : contactKeysOf({ ...scope, email: null, leadRef: ref }))),
  ];
  let fields: JsonObject | undefined;
  return {
    ...event,
    hops,
    link,
    keys,
    digests: keys.map(digestOf),
    fields: () => (fields ??= fieldsOf(event)),
  };
}

function fieldsOf(event: IncomingEvent): JsonObject {
  const seen = seenOf(event);
  return { ...parseObject(event.contact), event: seen, event_name: event.name, properties: seen['properties'] ?? null };
}

/** Returns the event in the form that steps see under `event`. */
export function seenOf({ id, name, occurredAt, properties }: IncomingEvent): JsonObject {
  return { id, name, occurred_at: occurredAt.toISOString(), properties: parseObject(properties) };
}

/** Builds the JSON text of the contact that the event enrolls: its fields, and the event under `event`. */
export function contactOf(event: IncomingEvent): string {
  const fields = parseObject(event.contact);
  const own = 'event' in fields ? stringifyJson(withoutEvent(fields)) : event.contact.trim();
  const { id, name, occurredAt, properties } = event;
  const head = JSON.stringify({ id, name, occurred_at: occurredAt.toISOString() });
  const members = [own.slice(1, -1).trim(), `"event":${head.slice(0, -1)},"properties":${properties}}`];
  return `{${members.filter((member) => member !== '').join(',')}}`;
}

function withoutEvent({ event: _event, ...fields }: JsonObject): JsonObject {
  return fields;
}

/**
 * Hashes a string to 128 bits, formatted as a UUID. The hash is short, and in practice equal only for equal strings.
 */
export function digestOf(text: string): string {
  const hex = hash('sha256', text, 'hex');
  return `${hex.slice(0, 8)}-${hex.slice(8, 12)}-${hex.slice(12, 16)}-${hex.slice(16, 20)}-${hex.slice(20, 32)}`;
}
