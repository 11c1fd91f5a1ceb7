import { type RawBuilder, sql, type Transaction } from 'kysely';
import { type AccountRow, accounts } from '../accounts/account.ts';
import { type ContactRow, contacts } from '../contacts/contact.ts';
import type { DB } from '../db/schema.ts';
import type { Collection, RecordRow } from '../records/collection.ts';
import { lockRecord, selectRecords } from '../records/rows.ts';
import type { Write } from '../records/write.ts';
import type { LeadRow } from './lead.ts';

/**
 * Finds the contact for a lead: the contact with the given id, else the oldest contact with the lead's email address.
 */
export async function findLeadContact(
  write: Write,
  { organization_id, email }: LeadRow,
  id: string | undefined,
): Promise<ContactRow | undefined> {
  if (id !== undefined) return lockRecord(write, contacts, id);
  return email === null
    ? undefined
    : findOldest(write.trx, contacts, organization_id, sql`lower(email) = lower(${email})`);
}

/**
 * Finds the account for a lead: the account with the given id, else the oldest account with the name of the lead's
 * company.
 */
export async function findLeadAccount(
  write: Write,
  { organization_id, company_name }: LeadRow,
  id: string | undefined,
): Promise<AccountRow | undefined> {
  if (id !== undefined) return lockRecord(write, accounts, id);
  if (company_name === null) return undefined;
  return findOldest(write.trx, accounts, organization_id, sql`lower(name) = lower(${company_name})`);
}

async function findOldest<Row extends RecordRow>(
  trx: Transaction<DB>,
  collection: Collection<Row>,
  organizationId: bigint,
  condition: RawBuilder<unknown>,
): Promise<Row | undefined> {
  const live = sql`organization_id = ${organizationId} and deleted_at is null and ${condition}`;
  const { rows } = await sql<Row>`
    ${selectRecords(collection, live)} order by created_at, id limit 1 for update of record`.execute(trx);
  return rows[0];
}
