import { createHmac, randomBytes } from 'node:crypto';
import type { Database, Sealer } from '@drippulse/db';
import { type Kysely, sql, type Transaction } from 'kysely';
import type { DB } from '../db/schema.ts';
import type { Value } from '../records/collection.ts';

/** Columns of a contact or lead that identify a person. */
export type Known = Readonly<Record<string, Value | undefined>>;

const keyBytes = 32;

/**
 * Stores tombstones, so that an import does not create an erased person again. Each hash uses the organization's key,
 * so the table identifies nobody. The key is sealed, so `ENCRYPTION_KEYS` can be rotated.
 */
export async function buryPerson(
  { sealer }: { sealer: Sealer },
  trx: Transaction<DB>,
  o: { organizationId: bigint; contactId: string; known: readonly Known[] },
): Promise<void> {
  const { organizationId, contactId, known } = o;
  await sql`
    insert into tombstone_keys (organization_id, sealed_key)
    values (${organizationId}, ${sealer.seal(randomBytes(keyBytes), tombstonesContext(organizationId))})
    on conflict do nothing`.execute(trx);
  const key = await findKey({ sealer }, trx, organizationId);
  if (key === undefined) throw new Error('the key of tombstones was not there to use');
  const digests = [...new Set(known.flatMap(namesOf))].map((name) => digestOf(key, name));
  await sql`
    insert into tombstones (organization_id, digest, contact_id)
    select ${organizationId}, digest, ${contactId} from unnest(${digests}::bytea[]) as digest
    on conflict do nothing`.execute(trx);
}

/**
 * Returns the indexes of the elements in `people` that are erased people. A person counts as erased if a tombstone has
 * one of the given identifiers, unless the stored record already has this identifier. For an organization without
 * erasures, this takes one query.
 */
export async function findBuried(
  { sealer }: { sealer: Sealer },
  db: Kysely<DB>,
  organizationId: bigint,
  people: readonly { given: Known; stored: Known }[],
): Promise<Set<number>> {
  const key = await findKey({ sealer }, db, organizationId);
  if (key === undefined || people.length === 0) return new Set();
  const places = new Map<string, number[]>();
  for (const [place, { given, stored }] of people.entries()) {
    const known = new Set(namesOf(stored));
    for (const name of namesOf(given)) if (!known.has(name)) places.set(name, [...(places.get(name) ?? []), place]);
  }
  const digests = new Map([...places].map(([name, at]) => [digestOf(key, name).toString('hex'), at]));
  const { rows } = await sql<{ digest: Buffer }>`
    select digest from tombstones
    where organization_id = ${organizationId}
      and digest = any(${[...digests.keys()].map((hex) => Buffer.from(hex, 'hex'))}::bytea[])`.execute(db);
  return new Set(rows.flatMap(({ digest }) => digests.get(digest.toString('hex')) ?? []));
}

/**
 * Makes imports and erasures of an organization wait for each other, so that neither misses rows that the other writes.
 */
export async function lockErasures(trx: Transaction<DB>, organizationId: bigint, mode: 'import' | 'erase') {
  const lock = sql.raw(mode === 'erase' ? 'pg_advisory_xact_lock' : 'pg_advisory_xact_lock_shared');
  await sql`select ${lock}(hashtext('erasures'), hashtext(${String(organizationId)}))`.execute(trx);
}

const resealedAtOnce = 500;
/** The version and key id at the start of a sealed value; see `createSealer`. */
const headBytes = 5;

/** Reseals keys that are sealed with an older key. Returns the number of resealed keys. */
export async function resealKeys({ sealer, db }: { sealer: Sealer; db: Database<DB> }): Promise<number> {
  const current = sealer.seal(Buffer.of(), '').subarray(0, headBytes);
  let resealed = 0;
  for (let found = resealedAtOnce; found === resealedAtOnce; ) {
    const rows = await db.kysely
      .selectFrom('tombstone_keys')
      .selectAll()
      .where(sql<boolean>`substring(sealed_key from 1 for ${headBytes}) <> ${current}`)
      .limit(resealedAtOnce)
      .execute();
    for (const { organization_id: organizationId, sealed_key: box } of rows) {
      const context = tombstonesContext(organizationId);
      await db.kysely
        .updateTable('tombstone_keys')
        .set({ sealed_key: sealer.seal(sealer.open(box, context), context) })
        .where('organization_id', '=', organizationId)
        .execute();
    }
    found = rows.length;
    resealed += found;
  }
  return resealed;
}

async function findKey({ sealer }: { sealer: Sealer }, db: Kysely<DB>, organizationId: bigint) {
  const row = await db
    .selectFrom('tombstone_keys')
    .select('sealed_key')
    .where('organization_id', '=', organizationId)
    .executeTakeFirst();
  return row && sealer.open(row.sealed_key, tombstonesContext(organizationId));
}

/**
 * Returns the identifiers of a person. A phone number is an identifier only if there is no email address, because the
 * people of a household or an office may share the number.
 */
function namesOf({ email, phone, external_system: system, external_id: externalId, public_id: publicId }: Known) {
  const digits = typeof phone === 'string' ? phone.replace(/\D/g, '') : '';
  return [
    ...(typeof email === 'string' ? [`email\n${email.trim().toLowerCase()}`] : []),
    ...(typeof email !== 'string' && digits !== '' ? [`phone\n${digits}`] : []),
    ...(typeof externalId === 'string' ? [`external\n${system ?? ''}\n${externalId}`] : []),
    ...(typeof publicId === 'string' ? [`public_id\n${publicId}`] : []),
  ];
}

function digestOf(key: Buffer, name: string): Buffer {
  return createHmac('sha256', key).update(name).digest();
}

/** Returns the context that binds a key to its organization. */
export function tombstonesContext(organizationId: bigint): string {
  return `tombstones:${organizationId}`;
}
