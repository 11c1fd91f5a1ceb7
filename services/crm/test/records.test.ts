import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { sql } from 'kysely';
import { collectionsOf } from './collections.ts';
import { editor, type Harness, key, startHarness, stranger } from './harness.ts';
import { refusal } from './refusal.ts';

let harness: Harness;
beforeAll(async () => {
  harness = await startHarness();
});
afterAll(() => harness.stop());

const utf8 = new TextEncoder();
const collections = collectionsOf(() => harness, 'Zephyr');
const unknownIds = (prefix: string) => [
  '019ab3c4-5d6e-7f80-9a1b-2c3d4e5f6071',
  `${prefix}4f1c9d7a2b8e6053c1d2e3f4`,
  'nonsense',
  '12',
];

describe.each(collections.map((collection) => [collection.type, collection] as const))('%s', (type, collection) => {
  const { create, get, update, remove, list } = collection;
  const notFound = { error: `not_found ${type}_not_found`, fields: {} };

  test('is shown by its UUID and by its public id', async () => {
    const created = await create(editor);
    expect(created.publicId).toMatch(new RegExp(`^${collection.prefix}[0-9a-f]{24}$`));
    expect(await get(editor, created.id)).toEqual(created);
    expect(await get(editor, created.publicId)).toEqual(created);
  });

  test('answers every id that it does not have alike', async () => {
    for (const id of unknownIds(collection.prefix)) expect(await refusal(get(editor, id))).toEqual(notFound);
  });

  test('answers an id of another organization like one that does not exist', async () => {
    const created = await create(editor);
    const { id, publicId } = created;
    for (const known of [id, publicId]) {
      expect(await refusal(get(stranger, known))).toEqual(notFound);
      const change = update(stranger, { id: known, updateMask: { paths: ['external_id'] }, externalId: 'taken' });
      expect(await refusal(change)).toEqual(notFound);
      expect(await refusal(remove(stranger, known))).toEqual(notFound);
    }
    expect(await get(editor, id)).toEqual(created);
  });

  test('is gone once deleted, and its row stays', async () => {
    const { id } = await create(editor);
    await remove(editor, id);
    expect(await refusal(get(editor, id))).toEqual(notFound);
    expect(await refusal(remove(editor, id))).toEqual(notFound);
    const listed = await list(editor, { limit: 1000 });
    expect(listed.rows.map((row) => row.id)).not.toContain(id);
    const { changeEvents } = await harness.changes(editor).listCrmChangeEvents({ recordId: id });
    expect(changeEvents.map((change) => change.action)).toEqual(['deleted', 'created']);
  });

  test('says each change once, to the audit stream and to subscribers, and no change that changes nothing', async () => {
    const { id, publicId } = await create(editor, {}, { headers: { 'x-request-id': 'req-1' } });
    await update(key, { id, updateMask: { paths: ['external_id'] }, externalId: `${type}-1` });
    await update(key, { id, updateMask: { paths: ['external_id'] }, externalId: `${type}-1` });
    await remove(editor, id);
    expect(await harness.eventsOf(`${type}:${id}`, 3)).toEqual([
      `1 ${type}Created`,
      `2 ${type}Updated`,
      `3 ${type}Deleted`,
    ]);
    const { changeEvents } = await harness.changes(editor).listCrmChangeEvents({ recordId: publicId });
    expect(changeEvents.map((change) => `${change.action} by ${change.actorType} ${change.actorId}`)).toEqual([
      'deleted by user 1',
      'updated by api_key 7',
      'created by user 1',
    ]);
    expect(changeEvents[2]).toMatchObject({ recordType: type, recordId: id, requestId: 'req-1' });
    const changes = JSON.parse(new TextDecoder().decode(changeEvents[1]?.changes));
    expect(changes).toEqual({ external_id: { before: null, after: `${type}-1` } });
  });

  test('has an external id that no other of the organization has', async () => {
    const external = { externalSystem: 'hubspot', externalId: 'one' };
    const { id } = await create(editor, external);
    expect(await refusal(create(editor, external))).toMatchObject({ error: 'already_exists external_id_taken' });
    expect(await create(editor, { ...external, externalSystem: 'salesforce' })).toMatchObject({ externalId: 'one' });
    expect(await create(stranger, external)).toMatchObject({ externalId: 'one' });
    await remove(editor, id);
    expect(await create(editor, external)).toMatchObject({ externalId: 'one' });
  });

  test('keeps every digit of its own fields, and takes only an object', async () => {
    const text = '{"price":1.10,"id":90071992547409931}';
    const { id, custom } = await create(editor, { custom: utf8.encode(text) });
    expect(new TextDecoder().decode(custom)).toBe(text);
    const cleared = await update(editor, { id, updateMask: { paths: ['custom'] } });
    expect(new TextDecoder().decode(cleared.custom)).toBe('{}');
    expect(await refusal(create(editor, { custom: utf8.encode('[1]') }))).toMatchObject({
      error: 'invalid validation_failed',
      fields: { custom: 'must be an object' },
    });
  });

  test('made twice with one key is made once', async () => {
    const options = { headers: { 'idempotency-key': `${type}-key` } };
    expect(await create(editor, {}, options)).toEqual(await create(editor, {}, options));
  });

  test('is listed page by page, each one once, whatever the order', async () => {
    for (const sort of [undefined, 'created_at', '-updated_at']) {
      const ids: string[] = [];
      let cursor: string | undefined;
      do {
        const page = await list(editor, { limit: 3, ...(cursor && { cursor }), ...(sort && { sort }) });
        ids.push(...page.rows.map((row) => row.id));
        cursor = page.nextCursor;
        expect(page.totalCount).toBeGreaterThanOrEqual(BigInt(ids.length));
      } while (cursor !== undefined);
      const { rows } = await list(editor, { limit: 1000, ...(sort && { sort }) });
      expect(ids).toEqual(rows.map((row) => row.id));
      expect(new Set(ids).size).toBe(ids.length);
    }
  });

  test('is found by a part of its name in any case, by the beginning with two characters, and by its public id', async () => {
    const { id, publicId } = await create(editor);
    const idsFor = async (q: string) => (await list(editor, { q, limit: 1000 })).rows.map((row) => row.id);
    expect(await idsFor('EPHY')).toContain(id);
    expect(await idsFor('ze')).toContain(id);
    expect(await idsFor('ph')).not.toContain(id);
    expect(await idsFor(publicId)).toEqual([id]);
    expect(await idsFor('%')).toEqual([]);
  });

  test('refuses an order and a cursor that it does not have', async () => {
    const sort = await refusal(list(editor, { sort: 'custom' }));
    expect(sort).toMatchObject({ error: 'invalid validation_failed', fields: { sort: expect.any(String) } });
    const { nextCursor } = await list(editor, { limit: 1 });
    for (const cursor of [nextCursor ?? '', 'forged']) {
      const other = list(editor, { cursor, sort: 'updated_at' });
      expect(await refusal(other)).toMatchObject({ error: 'invalid invalid_cursor' });
    }
  });

  test('is written by editors, and by no test key', async () => {
    expect(await refusal(create({ ...editor, role: 'approver' }))).toMatchObject({
      error: 'permission_denied insufficient_role',
    });
    expect(await refusal(create({ ...key, mode: 'test' }))).toMatchObject({ error: 'permission_denied test_mode' });
  });
});

test('without its audit line and its event a change does not happen', async () => {
  const before = await harness.leads(editor).listCrmLeads({});
  for (const table of ['outbox', 'change_events']) {
    await harness.db.schema.alterTable(table).renameTo('away').execute();
    try {
      const create = harness.leads(editor).createCrmLead({ email: 'lost@example.com' });
      expect(await refusal(create)).toMatchObject({ error: 'internal internal_error' });
    } finally {
      await harness.db.schema.alterTable('away').renameTo(table).execute();
    }
  }
  expect((await harness.leads(editor).listCrmLeads({})).totalCount).toBe(before.totalCount);
});

test('nobody changes the audit stream afterwards', async () => {
  for (const change of [
    sql`update change_events set actor_id = '9'`,
    sql`delete from change_events`,
    sql`truncate change_events`,
  ]) {
    await expect(change.execute(harness.db)).rejects.toThrow('append-only');
  }
});
