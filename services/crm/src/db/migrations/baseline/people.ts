import { countRowsAsUsage } from '@drippulse/entitlements';
import { type Kysely, sql } from 'kysely';
import { createRecordTable } from './record-table.ts';

/**
 * Creates the tables of contacts and leads: records of people, which can be merged, compared for duplicates and erased.
 */
export async function createPeople(db: Kysely<unknown>): Promise<void> {
  await createPhoneKey(db);
  await createContacts(db);
  await countContacts(db);
  await createLeads(db);
  for (const table of ['contacts', 'leads']) {
    await indexDuplicates(db, table);
    await indexMerged(db, table);
  }
}

/**
 * Creates the function that reduces phone numbers to the digits by which they are compared: at least seven digits,
 * without a leading `00` and without `(0)`. Indexes store the result, so this function never changes, and a new rule
 * needs a new function.
 */
async function createPhoneKey(db: Kysely<unknown>): Promise<void> {
  await sql`
    create function phone_key(phone text) returns text language sql immutable parallel safe
    return nullif(substring(
      regexp_replace(regexp_replace(replace(phone, '(0)', ''), '[^0-9]', '', 'g'), '^00', '') from '^[0-9]{7,}$'
    ), '')`.execute(db);
}

async function createContacts(db: Kysely<unknown>): Promise<void> {
  await createRecordTable(db, {
    name: 'contacts',
    columns: sql`
      email text,
      first_name text,
      last_name text,
      title text,
      phone text,
      account_id uuid constraint contacts_account_id_fkey references accounts (id),
      merged_into_id uuid constraint contacts_merged_into_id_fkey references contacts (id),
      erased_at timestamptz(3)`,
    searched: ['email', 'phone'],
    names: ['first_name', 'last_name'],
    lists: {
      email_order: `coalesce(email, ''), id`,
      last_name_order: `coalesce(last_name, ''), id`,
      account_id: 'account_id, created_at, id',
    },
  });
}

/** Counts the contacts of an organization, because plans may limit their number. */
async function countContacts(db: Kysely<unknown>): Promise<void> {
  await countRowsAsUsage(db, {
    table: 'contacts',
    meter: 'contacts',
    isThere: (row) => sql`${row}.deleted_at is null`,
  });
}

async function createLeads(db: Kysely<unknown>): Promise<void> {
  await createRecordTable(db, {
    name: 'leads',
    columns: sql`
      email text,
      first_name text,
      last_name text,
      company_name text,
      title text,
      phone text,
      status text not null
        constraint leads_status_check check (status in ('new', 'working', 'qualified', 'unqualified', 'converted')),
      source text,
      score double precision,
      converted_at timestamptz(3),
      contact_id uuid constraint leads_contact_id_fkey references contacts (id),
      merged_into_id uuid constraint leads_merged_into_id_fkey references leads (id),
      erased_at timestamptz(3)`,
    searched: ['email', 'company_name', 'phone'],
    names: ['first_name', 'last_name'],
    lists: {
      email_order: `coalesce(email, ''), id`,
      last_name_order: `coalesce(last_name, ''), id`,
      score_order: `coalesce(score, '-infinity'), id`,
      status: 'status, created_at, id',
      source: 'source, created_at, id',
    },
  });
  await sql`create index leads_organization_id_contact_id_idx
    on leads (organization_id, contact_id) where contact_id is not null`.execute(db);
  // An erasure also finds the person's deleted leads.
  await sql`create index leads_organization_id_deleted_email_idx on leads (organization_id, lower(email))
    where deleted_at is not null and email is not null`.execute(db);
}

/**
 * Creates the indexes for finding duplicates, by mail address and by phone. Each index also includes the plain column,
 * because the planner uses an index-only scan only if the index contains the column itself and not just an expression
 * over it.
 */
async function indexDuplicates(db: Kysely<unknown>, table: string): Promise<void> {
  await sql`create index ${sql.ref(`${table}_organization_id_lower_email_idx`)} on ${sql.table(table)}
    (organization_id, lower(email), created_at, id) include (email) where deleted_at is null`.execute(db);
  await sql`create index ${sql.ref(`${table}_organization_id_phone_key_idx`)} on ${sql.table(table)}
    (organization_id, phone_key(phone), created_at, id) include (phone)
    where deleted_at is null and phone is not null`.execute(db);
}

/**
 * Creates the indexes of merged records. An import uses them to find a merged record by its former external id or email
 * address, and then updates the survivor.
 */
async function indexMerged(db: Kysely<unknown>, table: string): Promise<void> {
  await sql`create index ${sql.ref(`${table}_organization_id_merged_external_idx`)} on ${sql.table(table)}
    (organization_id, external_id) where merged_into_id is not null`.execute(db);
  await sql`create index ${sql.ref(`${table}_organization_id_merged_email_idx`)} on ${sql.table(table)}
    (organization_id, lower(email)) where merged_into_id is not null`.execute(db);
}
