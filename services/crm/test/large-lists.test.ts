import { fromConnectError, listSizeMetadata } from '@drippulse/rpc';
import { eventually } from '@drippulse/testing';
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { sql } from 'kysely';
import { editor, type Harness, startHarness } from './harness.ts';

let harness: Harness;
beforeAll(async () => {
  harness = await startHarness();
});
afterAll(() => harness.stop());

/** Returns the number of contacts that a caller gets if it accepts a list of this size, or the refusal. */
function ask(size: 'small' | 'large', limit: number): Promise<number | string> {
  return harness
    .contacts(editor)
    .listCrmContacts({ limit }, { headers: { [listSizeMetadata]: size } })
    .then(
      ({ contacts }) => contacts.length,
      (error: unknown) => fromConnectError(error).reason,
    );
}

test('one small list, then sixteen of 18 MB: none of them is small, and each is whole with a place', async () => {
  await sql`
    insert into contacts (organization_id, id, public_id, sequence, custom, created_at, updated_at, email)
    select ${editor.organizationId}, md5(n::text)::uuid, 'cnt_' || n, 1, json_build_object('text', repeat('x', 60000)),
      now(), now(), 'p' || n || '@example.com'
    from generate_series(1, 300) as n`.execute(harness.db);
  expect(await ask('small', 1)).toBe(1);
  const small = await Promise.all(Array.from({ length: 16 }, () => ask('small', 300)));
  expect(small).toEqual(small.map(() => 'large_list'));
  expect(await ask('small', 1)).toBe(1);
  const large = await Promise.all([ask('large', 300), ask('large', 300)]);
  expect(large).toEqual([300, 300]);
});

test('when clients leave, PostgreSQL ends what their lists do, and others have the connections', async () => {
  const held = await harness.db.startTransaction().execute();
  await sql`lock table contacts in access exclusive mode`.execute(held);
  const waiting = async () => {
    const { rows } = await sql<{ pid: number }>`
      select pid from pg_stat_activity where application_name = 'crm' and wait_event_type = 'Lock'
        and datname = current_database()`.execute(harness.db);
    return rows.map(({ pid }) => pid);
  };
  const leaving = new AbortController();
  const options = { headers: { [listSizeMetadata]: 'small' }, signal: leaving.signal };
  const lists = Array.from({ length: 12 }, () => harness.contacts(editor).listCrmContacts({}, options));
  const left = Promise.allSettled(lists);
  try {
    // All connections of the pool except the relay's listening one.
    await eventually(async () => expect((await waiting()).length).toBeGreaterThanOrEqual(9));
    const pids = await waiting();
    leaving.abort();
    expect((await left).map(({ status }) => status)).toEqual(lists.map(() => 'rejected'));
    expect(await harness.leadForms(editor).listLeadForms({})).toMatchObject({ leadForms: [] });
    await eventually(async () => expect(await waiting()).toEqual([]));
    // The statements were cancelled, but their connections were kept.
    const { rows } = await sql`select 1 from pg_stat_activity where pid = any(${pids})`.execute(harness.db);
    expect(rows).toHaveLength(pids.length);
  } finally {
    await held.rollback().execute();
  }
});
