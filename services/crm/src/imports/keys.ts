import { sql, type Transaction } from 'kysely';
import type { DB } from '../db/schema.ts';
import type { RecordType } from '../record-type.ts';
import { isMergeable, tables } from '../records/collection.ts';
import { contentIdOf, type Found, findByPublicIds } from './public-ids.ts';
import type { ReadRow } from './source-row.ts';

/** The keys of a row. In a CSV file, the mail address of a person is a key too. */
export type Keys = { publicId?: string; external?: string; email?: string; domain?: string; content?: string };

/**
 * Whether rows have keys in addition to their ids: the mail address of people (`email`), and the domain of accounts
 * (`domain`, default: false).
 */
export type KnownBy = { email: boolean; domain?: boolean };

const peopleTypes: ReadonlySet<RecordType> = new Set(['contact', 'lead']);

export function keysOf(type: RecordType, organizationId: bigint, row: ReadRow, by: KnownBy): Keys {
  const { public_id: publicId, external_system: system, external_id: externalId, email, domain } = row.fields;
  const keys: Keys = {
    ...(typeof publicId === 'string' && { publicId }),
    ...(typeof externalId === 'string' && { external: externalKey(system, externalId) }),
    // In a bundle, two people may share an email address, because their public ids differ.
    ...(by.email &&
      typeof publicId !== 'string' &&
      peopleTypes.has(type) &&
      typeof email === 'string' && { email: email.toLowerCase() }),
    ...(by.domain === true &&
      typeof publicId !== 'string' &&
      type === 'account' &&
      typeof domain === 'string' && { domain: domain.toLowerCase() }),
  };
  return Object.keys(keys).length > 0 ? keys : { content: contentIdOf(type, organizationId, row) };
}

function externalKey(system: unknown, id: string): string {
  return JSON.stringify([typeof system === 'string' ? system : '', id]);
}

/** Looks up the records of all rows together. */
export async function findKnown(
  trx: Transaction<DB>,
  organizationId: bigint,
  type: RecordType,
  keys: readonly Keys[],
): Promise<{ of(keys: Keys): Found | undefined; ofExternal(keys: Keys): Found | undefined }> {
  const pick = (name: keyof Keys) => keys.flatMap(({ [name]: key }) => (key === undefined ? [] : [key]));
  const publicIds = [...pick('publicId'), ...pick('content')];
  const byPublicId = await findByPublicIds(trx, organizationId, type, publicIds);
  const byExternal = await findByExternal(trx, organizationId, type, pick('external'));
  const byEmail = await findByText(trx, organizationId, type, 'email', pick('email'));
  const byDomain = await findByText(trx, organizationId, type, 'domain', pick('domain'));
  const merged = await findMerged(trx, organizationId, type, pick('external'), pick('email'));
  const ofExternal = ({ external = '' }: Keys) => byExternal.get(external);
  return {
    of(known) {
      const { publicId, content, external, email = '', domain = '' } = known;
      const found = byPublicId.get(publicId ?? content ?? '') ?? ofExternal(known);
      if (found !== undefined) return found;
      const person = byEmail.get(email) ?? byDomain.get(domain);
      // A record that already has an external id is not the record of a row with a different one.
      if (person !== undefined && (external === undefined || person.external_id === null)) return person;
      return external === undefined ? merged.get(email) : merged.get(external);
    },
    ofExternal,
  };
}

/** Finds merged records by their former keys, because a row with such a key must not create the records again. */
async function findMerged(
  trx: Transaction<DB>,
  organizationId: bigint,
  type: RecordType,
  externals: string[],
  emails: string[],
): Promise<Map<string, Found>> {
  if (!isMergeable(type)) return new Map();
  const byExternal = await findByExternal(trx, organizationId, type, externals, 'merged_into_id is not null');
  if (emails.length === 0) return byExternal;
  const { rows } = await sql<Found & { address: string }>`
    select id, public_id, deleted_at, lower(email) as address from ${sql.table(tables[type].table)}
    where organization_id = ${organizationId} and merged_into_id is not null
      and lower(email) = any(${emails})`.execute(trx);
  return new Map([...byExternal, ...rows.map((row): [string, Found] => [row.address, row])]);
}

async function findByExternal(
  trx: Transaction<DB>,
  organizationId: bigint,
  type: RecordType,
  keys: string[],
  state: 'deleted_at is null' | 'merged_into_id is not null' = 'deleted_at is null',
) {
  if (keys.length === 0) return new Map<string, Found>();
  const { rows } = await sql<Found & { system: string; external_id: string }>`
    select id, public_id, deleted_at, coalesce(external_system, '') as system, record.external_id
    from ${sql.table(tables[type].table)} as record
    join json_array_elements(${`[${keys.join(',')}]`}::json) as wanted
      on coalesce(external_system, '') = wanted->>0 and record.external_id = wanted->>1
    where organization_id = ${organizationId} and ${sql.raw(state)} and record.external_id is not null`.execute(trx);
  return new Map(rows.map((row): [string, Found] => [externalKey(row.system, row.external_id), row]));
}

/**
 * Finds the oldest record of each string, with a separate look-up for each. For `lower(email) = any(…)` the planner has
 * no statistics, because only partial indexes have the expression; so it expects most of the table to match and reads
 * all rows.
 */
async function findByText(
  trx: Transaction<DB>,
  organizationId: bigint,
  type: RecordType,
  column: 'email' | 'domain',
  texts: string[],
) {
  type Person = Found & { external_id: string | null };
  if (texts.length === 0) return new Map<string, Person>();
  const { rows } = await sql<Person & { address: string }>`
    select person.* from unnest(${texts}::text[]) as wanted (address)
    cross join lateral (
      select id, public_id, deleted_at, external_id, wanted.address from ${sql.table(tables[type].table)}
      where organization_id = ${organizationId} and deleted_at is null and lower(${sql.ref(column)}) = wanted.address
      order by created_at, id limit 1
    ) as person`.execute(trx);
  return new Map(rows.map((row): [string, Person] => [row.address, row]));
}
