import { hash } from 'node:crypto';
import { sql, type Transaction } from 'kysely';
import type { DB } from '../db/schema.ts';

/** Arbitrary constants: the first halves of the lock numbers. No other lock of this service uses these constants. */
const contactClass = 18_001;
const entryClass = 18_002;
const releaseClass = 18_003;
/**
 * Number of locks that all contacts share. This is also the maximum number of locks that all transactions together
 * occupy, because PostgreSQL has memory for only some thousands of locks.
 */
const buckets = 2_048;

/** The person that an event or an enrollment is about. */
export type ContactOf = { organizationId: bigint; mode: string; email: string | null; leadRef: string | null };

/**
 * Returns the keys by which events, waits, sending rules and erasures find a person. The case of the address and spaces
 * around it are ignored.
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
 * Locks contacts until the transaction ends, so that an event and a run that waits for the event see each other. Call
 * it before any run is locked, and only once: two calls could wait for each other.
 */
export async function lockContacts(trx: Transaction<DB>, keys: Iterable<string>): Promise<void> {
  await lockKeys(trx, contactClass, keys);
}

/**
 * Locks the entry keys that a template renders. Entry keys have their own lock class, which is locked after all
 * contacts, because an event has already locked its contacts.
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
 * Tries to become the one transaction that lets waiting contacts of an organization enter. The lock lasts until the
 * transaction ends. Returns false when another transaction has the lock.
 */
export async function tryLockRelease(trx: Transaction<DB>, organizationId: bigint): Promise<boolean> {
  const { rows } = await sql<{ locked: boolean }>`
    select pg_try_advisory_xact_lock(${sql.lit(releaseClass)}, hashint8(${organizationId})) as locked`.execute(trx);
  return rows[0]?.locked === true;
}
