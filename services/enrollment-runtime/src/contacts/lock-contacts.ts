import { hash } from 'node:crypto';
import { sql, type Transaction } from 'kysely';
import type { DB } from '../db/schema.ts';

/** Any constants: the first halves of the numbers of the locks, which no other lock of this service has. */
const contactClass = 18_001;
const entryClass = 18_002;
const releaseClass = 18_003;
/**
 * Contacts share locks, because PostgreSQL has memory for some thousands in all. Held locks are at most this many,
 * however many transactions hold them.
 */
const buckets = 2_048;

/** The person that an event or an enrollment is about. */
export type ContactOf = { organizationId: bigint; mode: string; email: string | null; leadRef: string | null };

/**
 * The keys by which events, waits, rules of sending and erasures find a person, in any case of the address. Spaces
 * around do not count.
 */
export function contactKeysOf({ organizationId, mode, email, leadRef }: ContactOf): string[] {
  const scope = `${organizationId}:${mode}`;
  const keys: string[] = [];
  const address = email?.trim().toLowerCase();
  if (address) keys.push(`${scope}:email:${address}`);
  const reference = leadRef?.trim();
  if (reference) keys.push(`${scope}:ref:${reference}`);
  return keys;
}

/**
 * Locks contacts until the transaction ends, so that an event and a run that waits for it see each other. Call it
 * before any run is locked, and once: two calls could wait for each other.
 */
export async function lockContacts(trx: Transaction<DB>, keys: Iterable<string>): Promise<void> {
  await lockKeys(trx, contactClass, keys);
}

/**
 * Locks keys of entries that a template makes. An event has locked its contacts by then, so these locks are others: all
 * of them come after all locks of contacts.
 */
export async function lockEntries(trx: Transaction<DB>, keys: Iterable<string>): Promise<void> {
  await lockKeys(trx, entryClass, keys);
}

async function lockKeys(trx: Transaction<DB>, lockClass: number, keys: Iterable<string>): Promise<void> {
  const sorted = [...new Set(Array.from(keys, bucketOf))].sort((a, b) => a - b);
  if (sorted.length === 0) return;
  await sql`select pg_advisory_xact_lock(${lockClass}, bucket) from unnest(${sorted}::int[]) as bucket`.execute(trx);
}

function bucketOf(key: string): number {
  return hash('sha256', key, 'buffer').readUInt32BE() % buckets;
}

/**
 * Whether this transaction is the one that lets contacts of an organization in that wait to enter. It is until it ends.
 */
export async function tryLockRelease(trx: Transaction<DB>, organizationId: bigint): Promise<boolean> {
  const { rows } = await sql<{ locked: boolean }>`
    select pg_try_advisory_xact_lock(${sql.lit(releaseClass)}, hashint8(${organizationId})) as locked`.execute(trx);
  return rows[0]?.locked === true;
}
