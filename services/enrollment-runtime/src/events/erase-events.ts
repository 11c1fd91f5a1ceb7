import type { Mode } from '@drippulse/rpc';
import { sql, type Transaction } from 'kysely';
import { contactKeysOf } from '../contacts/lock-contacts.ts';
import type { DB } from '../db/schema.ts';
import { digestOf } from './event.ts';

const modes: readonly Mode[] = ['live', 'test'];

/**
 * Removes the personal data of some events of a person: contact, properties and references. Name, times and
 * consequences stay. Returns how many events were found, at most `limit`. The contact keys of these events are deleted,
 * so a later call does not find the events again.
 */
export async function eraseEvents(
  trx: Transaction<DB>,
  person: { organizationId: bigint; refs: readonly string[]; emails: readonly string[] },
  o: { now: Date; limit: number },
): Promise<number> {
  const { organizationId, refs, emails } = person;
  const digests = modes.flatMap((mode) =>
    [
      ...emails.flatMap((email) => contactKeysOf({ organizationId, mode, email, leadRef: null })),
      ...refs.flatMap((leadRef) => contactKeysOf({ organizationId, mode, email: null, leadRef })),
    ].map(digestOf),
  );
  const { rows: found } = await sql<{ event_id: string; accepted_at: Date }>`
    select distinct event_id, accepted_at from event_contacts
    where organization_id = ${organizationId} and contact_key = any(${digests}::uuid[])
    limit ${o.limit}`.execute(trx);
  if (found.length === 0) return 0;
  const ids = found.map((row) => row.event_id);
  const times = found.map((row) => row.accepted_at);
  await sql`
    update events set contact = '{}', properties = '{}', refs = null, erased_at = ${o.now}
    where organization_id = ${organizationId} and id = any(${ids}::text[]) and accepted_at = any(${times}::timestamptz[])`.execute(
    trx,
  );
  await sql`
    delete from event_contacts
    using unnest(${ids}::text[], ${times}::timestamptz[]) as erased (event_id, accepted_at)
    where event_contacts.organization_id = ${organizationId} and event_contacts.event_id = erased.event_id
      and event_contacts.accepted_at = erased.accepted_at`.execute(trx);
  return found.length;
}
