import { copyBuffer, startCopy } from '@drippulse/db/copy';
import type { Mode } from '@drippulse/rpc';
import { sql, type Transaction } from 'kysely';
import { z } from 'zod';
import type { DB } from '../db/schema.ts';
import { type EventSource, type ReadEvent, readEvent } from './event.ts';

const eventColumns = {
  organization_id: 'int8',
  accepted_at: 'timestamptz',
  occurred_at: 'timestamptz',
  mode: 'text',
  source: 'text',
  hops: 'int4',
  id: 'text',
  name: 'text',
  cause: 'text',
  contact: 'json',
  properties: 'json',
  refs: 'json',
} as const;

const contactColumns = {
  organization_id: 'int8',
  accepted_at: 'timestamptz',
  contact_key: 'uuid',
  mode: 'text',
  event_name: 'text',
  event_id: 'text',
} as const;

/** Appends events to the log, with the keys by which their contacts are found. */
export async function storeEvents(trx: Transaction<DB>, events: readonly ReadEvent[], at: Date): Promise<void> {
  const rows = startCopy(eventColumns, { accepted_at: at });
  const contacts = startCopy(contactColumns, { accepted_at: at });
  for (const event of events) {
    const { id, organizationId, name, mode, source, hops, link, occurredAt, contact, properties, refs, digests } =
      event;
    rows.add({
      organization_id: organizationId,
      occurred_at: occurredAt,
      mode,
      source,
      hops,
      id,
      name,
      cause: link.counts ? link.cause : null,
      contact,
      properties,
      refs: refs === undefined ? null : JSON.stringify(refs),
    });
    for (const digest of digests) {
      contacts.add({ organization_id: organizationId, contact_key: digest, mode, event_name: name, event_id: id });
    }
  }
  await copyBuffer(trx, 'events', rows);
  await copyBuffer(trx, 'event_contacts', contacts);
}

/** An event of the log. */
export type StoredEvent = {
  organization_id: bigint;
  id: string;
  mode: Mode;
  source: EventSource;
  name: string;
  accepted_at: Date;
  occurred_at: Date;
  erased_at: Date | null;
  hops: number;
  cause: string | null;
  contact: string;
  properties: string;
  refs: string | null;
};

/** The columns of `event`, an alias of the log. */
export const storedEvent = sql`event.organization_id, event.id, event.mode, event.source, event.name, event.accepted_at,
  event.occurred_at, event.erased_at, event.hops, event.cause, event.contact, event.properties, event.refs`;

const refsSchema = z.array(z.string());

/** Restores the event as it was when it was accepted. */
export function eventOf(row: StoredEvent): ReadEvent {
  const { organization_id: organizationId, occurred_at: occurredAt, cause, refs } = row;
  const { id, mode, source, name, hops, contact, properties } = row;
  return readEvent({
    ...{ id, organizationId, mode, source, name, occurredAt, hops, contact, properties },
    ...(refs !== null && { refs: refsSchema.parse(JSON.parse(refs)) }),
    ...(cause !== null && { link: { cause, counts: true } }),
  });
}
