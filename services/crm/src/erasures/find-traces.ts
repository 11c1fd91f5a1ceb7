import { sql, type Transaction } from 'kysely';
import { type ContactRow, contacts } from '../contacts/contact.ts';
import type { DB } from '../db/schema.ts';
import { type LeadRow, leads } from '../leads/lead.ts';
import type { Collection, RecordRow } from '../records/collection.ts';
import { hasId, notFound } from '../records/ids.ts';
import { missing } from '../records/missing.ts';
import { selectRecords } from '../records/rows.ts';

/** A record with data of the person. */
export type Trace = { type: 'contact' | 'lead' | 'activity' | 'opportunity'; id: string; public_id: string };

/**
 * Locks a contact of the organization, deleted or not. A merged contact is erased with its survivor, which is the same
 * person; a request with the merged contact's own id gets a 404, as in other methods.
 */
export async function lockContact(trx: Transaction<DB>, organizationId: bigint, id: string): Promise<ContactRow> {
  const condition = sql`organization_id = ${organizationId} and ${hasId('contact', id)}`;
  const { rows } = await sql<ContactRow>`${selectRecords(contacts, condition)} for update of record`.execute(trx);
  const [row] = rows;
  if (row === undefined) throw notFound('contact');
  if (row.merged_into_id !== null && row.erased_at === null) throw await missing(trx, organizationId, 'contact', id);
  return row;
}

/** Locks the records that were merged into the given records, directly or through a further record. */
export async function lockMerged<Row extends RecordRow>(
  trx: Transaction<DB>,
  organizationId: bigint,
  collection: Collection<Row>,
  ids: readonly string[],
): Promise<Row[]> {
  const areMerged = sql`organization_id = ${organizationId} and id in (
    with recursive merged (id) as (
      select unnest(merged_ids) from merges
      where organization_id = ${organizationId} and survivor_id = any(${ids}::uuid[]) and undone_at is null
      union
      select unnest(merges.merged_ids) from merged join merges on merges.survivor_id = merged.id
      where organization_id = ${organizationId} and undone_at is null
    )
    select id from merged)`;
  const { rows } = await sql<Row>`
    ${selectRecords(collection, areMerged)} order by id for update of record`.execute(trx);
  return rows;
}

/**
 * Locks the leads of the same person, deleted or not: leads that were converted to the contact, and leads with one of
 * the contact's email addresses.
 */
export async function lockLeads(
  trx: Transaction<DB>,
  organization_id: bigint,
  contactIds: readonly string[],
  emails: readonly string[],
): Promise<LeadRow[]> {
  const isSame = sql`id in (
    select id from leads where organization_id = ${organization_id} and contact_id = any(${contactIds}::uuid[])
    union all
    select id from leads
    where organization_id = ${organization_id} and deleted_at is null and lower(email) = any(${emails})
    union all
    select id from leads
    where organization_id = ${organization_id} and deleted_at is not null and email is not null
      and lower(email) = any(${emails}))`;
  const { rows } = await sql<LeadRow>`
    ${selectRecords(leads, sql`organization_id = ${organization_id} and ${isSame}`)} order by id for update of record`.execute(
    trx,
  );
  return rows;
}

/** Finds all email addresses that the given records have or had, in lower case. */
export async function findEmails(
  trx: Transaction<DB>,
  organizationId: bigint,
  rows: readonly { id: string; email: string | null }[],
): Promise<string[]> {
  const { rows: former } = await sql<{ email: string }>`
    select distinct lower(value) as email
    from change_events
    cross join lateral (values (changes->'email'->>'before'), (changes->'email'->>'after')) as named (value)
    where organization_id = ${organizationId} and record_id = any(${rows.map(({ id }) => id)}::uuid[])
      and value is not null`.execute(trx);
  const now = rows.flatMap(({ email }) => (email === null ? [] : [email.toLowerCase()]));
  return [...new Set([...now, ...former.map(({ email }) => email)])];
}
