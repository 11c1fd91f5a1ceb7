import { Code } from '@connectrpc/connect';
import { eventually } from '@drippulse/testing';
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { sql } from 'kysely';
import { contactKeysOf, lockContacts } from '../src/contacts/lock-contacts.ts';
import { sendEvent } from './events.ts';
import { editor, type Harness, startHarness } from './harness.ts';
import { json } from './workflow.ts';

let harness: Harness;
beforeAll(async () => {
  harness = await startHarness();
  await harness.startRuntime();
});
afterAll(() => harness.stop());

const blocked = { email: 'blocked@example.com' };
const others = ['ada', 'bob', 'cleo'].map((name) => `${name}@example.com`);

test('an event whose caller gave up while it waited is not accepted', async () => {
  const [given = '', kept = ''] = others;
  const release = await blockContact();
  const first = sendEvent(harness, 'queue.first', blocked);
  await untilBlocked();
  await expect(send('queue.given', given, { timeoutMs: 500 })).rejects.toMatchObject({ code: Code.DeadlineExceeded });
  const cancelled = new AbortController();
  const second = send('queue.cancelled', given, { signal: cancelled.signal });
  const last = sendEvent(harness, 'queue.last', kept);
  cancelled.abort();
  await expect(second).rejects.toMatchObject({ code: Code.Canceled });
  await release();
  await Promise.all([first, last]);
  // A request that comes after all others, so those that waited are done.
  await sendEvent(harness, 'queue.after', kept);
  expect(await storedNames('queue.')).toEqual(['queue.after', 'queue.first', 'queue.last']);
});

test('the queue of an organization is bounded, and a refused event is not accepted', async () => {
  const release = await blockContact();
  const first = sendEvent(harness, 'bound.first', blocked);
  await untilBlocked();
  let refusals = 0;
  const sent = Array.from({ length: 3_200 }, async (_, index) => {
    try {
      await send(`bound.${index % 7}`, `many${index}@example.com`, { timeoutMs: 60_000 });
      return 1;
    } catch (error) {
      expect(error).toMatchObject({ code: Code.ResourceExhausted });
      refusals += 1;
      return 0;
    }
  });
  await eventually(() => {
    if (refusals < 199) throw new Error(`${refusals} were refused`);
  });
  await release();
  await first;
  const accepted = (await Promise.all(sent)).reduce<number>((sum, one) => sum + one, 0);
  expect(await storedNames('bound.')).toHaveLength(accepted + 1);
  expect(refusals).toBeGreaterThan(0);
  // The places are free again.
  await sendEvent(harness, 'bound.after', blocked);
});

function send(name: string, email: string, options: { timeoutMs?: number; signal?: AbortSignal }) {
  return harness.contactEvents(editor).acceptEvent({ name, contact: json({ email }) }, options);
}

/** Locks the contact `blocked`, as a slow transaction does. Returns the function that unlocks it. */
async function blockContact(): Promise<() => Promise<void>> {
  const { promise: released, resolve: release } = Promise.withResolvers<void>();
  const { promise: locked, resolve: lock } = Promise.withResolvers<void>();
  const { organizationId } = editor;
  const keys = contactKeysOf({ organizationId, mode: 'live', email: blocked.email, leadRef: null });
  const transaction = harness.db.transaction().execute(async (trx) => {
    await lockContacts(trx, keys);
    lock();
    await released;
  });
  await locked;
  return () => {
    release();
    return transaction;
  };
}

/** Waits until a transaction waits for the lock of a contact. */
async function untilBlocked(): Promise<void> {
  await eventually(async () => {
    const { rows } = await sql`
      select from pg_locks join pg_database on pg_database.oid = pg_locks.database
      where datname = current_database() and locktype = 'advisory' and not granted`.execute(harness.db);
    if (rows.length === 0) throw new Error('no transaction waits');
  });
}

async function storedNames(prefix: string): Promise<string[]> {
  const rows = await harness.db.selectFrom('events').select('name').where('name', 'like', `${prefix}%`).execute();
  return rows.map(({ name }) => name).sort();
}
