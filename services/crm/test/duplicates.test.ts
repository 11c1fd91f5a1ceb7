import { CrmDuplicateKind } from '@drippulse/proto/drippulse/crm/v1/merges_pb';
import { somebodyWaits } from '@drippulse/testing';
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { sql } from 'kysely';
import { found } from './collections.ts';
import { editor, type Harness, startHarness, stranger } from './harness.ts';
import { refusal } from './refusal.ts';

let harness: Harness;
beforeAll(async () => {
  harness = await startHarness();
});
afterAll(() => harness.stop());

type Person = { email?: string; phone?: string; lastName?: string };
const person = async (fields: Person, by = editor) =>
  found((await harness.contacts(by).createCrmContact({ lastName: 'x', ...fields })).contact);
const list = (request: object = {}, by = editor) => harness.contacts(by).listCrmContactDuplicates(request);
const textOf = ({ kind, key, recordCount }: { kind: CrmDuplicateKind; key: string; recordCount: bigint }) =>
  `${kind === CrmDuplicateKind.EMAIL ? 'EMAIL' : 'PHONE'} ${key} ${recordCount}`;
const keysOf = async (request: object = {}) => (await list(request)).duplicates.map(textOf);

test('groups what has an address in whatever case, or a number however written, in common', async () => {
  const first = await person({ email: 'Ada@Example.com', phone: '+49 (0)30 123-4567' });
  const second = await person({ email: 'ada@example.com', phone: '0049 30 1234567' });
  await person({ email: 'ada+news@example.com', phone: '030 1234567' });
  await person({ phone: '112' });
  await person({ phone: '112' });
  await person({ email: 'ada@example.com' }, stranger);
  const gone = await person({ email: 'ada@example.com' });
  await harness.contacts(editor).deleteCrmContact({ id: gone.id });
  const { duplicates, nextCursor } = await list();
  expect(duplicates).toMatchObject([
    { kind: CrmDuplicateKind.EMAIL, key: 'ada@example.com', recordCount: 2n, contacts: [first, second] },
    { kind: CrmDuplicateKind.PHONE, key: '49301234567', recordCount: 2n, contacts: [first, second] },
  ]);
  expect(nextCursor).toBeUndefined();
  expect(await keysOf({ kind: CrmDuplicateKind.PHONE })).toEqual(['PHONE 49301234567 2']);
  expect(await keysOf({ contactId: second.publicId })).toEqual(['EMAIL ada@example.com 2', 'PHONE 49301234567 2']);
  expect(await keysOf({ contactId: second.id, kind: CrmDuplicateKind.EMAIL })).toEqual(['EMAIL ada@example.com 2']);
});

test('one record of another organization is not found, and neither are its groups', async () => {
  const ours = await person({ email: 'tenant@example.com' });
  await person({ email: 'tenant@example.com' });
  expect(await refusal(list({ contactId: ours.id }, stranger))).toMatchObject({ error: 'not_found contact_not_found' });
  expect((await list({}, stranger)).duplicates).toEqual([]);
});

test('a merge ends the group, and its undo brings it back', async () => {
  const [one, two] = [await person({ email: 'm@example.com' }), await person({ email: 'm@example.com' })];
  const { merge } = await harness.contacts(editor).mergeCrmContacts({ survivor: one.id, merged: [two.id] });
  expect(await keysOf({ contactId: one.id })).toEqual([]);
  await harness.merges(editor).undoCrmMerge({ id: found(merge).id });
  expect(await keysOf({ contactId: one.id })).toEqual(['EMAIL m@example.com 2']);
});

test('a group that ends while it is read has as many records as it says', async () => {
  const email = 'ends@example.com';
  const [one, two] = [await person({ email }), await person({ email })];
  const { answer } = await harness.db.transaction().execute(async (trx) => {
    // Reading the records of groups needs the public ids of their accounts; finding groups does not.
    await sql`lock table accounts in access exclusive mode`.execute(trx);
    const answer = list();
    await somebodyWaits(trx);
    await sql`update contacts set deleted_at = now() where id = ${two.id}`.execute(trx);
    return { answer };
  });
  const group = (await answer).duplicates.find(({ key }) => key === email);
  expect(group).toMatchObject({ recordCount: 2n, contacts: [{ id: one.id }, { id: two.id }] });
});

test('is read page by page, each group once, however many there are', async () => {
  for (let n = 0; n < 7; n += 1) {
    const fields = { email: `page${n}@example.com`, phone: `555 000 000${n}` };
    await person(fields);
    await person(fields);
  }
  const all = await keysOf();
  for (const limit of [1, 3, 7]) {
    const keys: string[] = [];
    let cursor: string | undefined;
    do {
      const page = await list({ limit, ...(cursor && { cursor }) });
      expect(page.duplicates.length).toBeLessThanOrEqual(limit);
      keys.push(...page.duplicates.map(textOf));
      cursor = page.nextCursor;
    } while (cursor !== undefined);
    expect(keys).toEqual(all);
  }
});

test('refuses a cursor that it did not give, and a limit below one', async () => {
  const { nextCursor = '' } = await list({ limit: 1 });
  expect(await refusal(list({ cursor: nextCursor, kind: CrmDuplicateKind.PHONE }))).toMatchObject({
    error: 'invalid invalid_cursor',
  });
  for (const cursor of ['forged', Buffer.from('["x","after","y"]').toString('base64url')]) {
    expect(await refusal(list({ cursor }))).toMatchObject({ error: 'invalid invalid_cursor' });
  }
  expect(await refusal(list({ limit: 0 }))).toMatchObject({ error: 'invalid invalid_page' });
});

test('shows the oldest twenty of a group, and leads alike', async () => {
  const leads = harness.leads(editor);
  for (let n = 0; n < 22; n += 1) await leads.createCrmLead({ email: 'many@example.com', title: String(n) });
  const { duplicates } = await leads.listCrmLeadDuplicates({});
  expect(duplicates).toMatchObject([{ key: 'many@example.com', recordCount: 22n }]);
  expect(duplicates[0]?.leads.map(({ title }) => title)).toEqual(Array.from({ length: 20 }, (_, n) => String(n)));
});

test('a page ends where its window does, also in the middle of a group and in one that is larger', async () => {
  const organization = { ...editor, organizationId: 3n };
  const fill = (from: number, to: number, email: string) =>
    sql`insert into contacts (id, public_id, organization_id, sequence, email, custom, created_at, updated_at)
      select gen_random_uuid(), 'cnt_window' || n, 3, 1, ${sql.raw(email)}, '{}', now(), now()
      from generate_series(${sql.lit(from)}, ${sql.lit(to)}) as n`.execute(harness.db);
  await fill(1, 49_999, `'a' || lpad(n::text, 6, '0') || '@example.com'`);
  await fill(50_000, 50_003, `'b@example.com'`);
  await fill(50_004, 101_000, `'c@example.com'`);
  await fill(101_001, 101_002, `'d@example.com'`);
  const pages: string[][] = [];
  let cursor: string | undefined;
  do {
    const page = await list({ ...(cursor && { cursor }) }, organization);
    pages.push(page.duplicates.map(({ key, recordCount }) => `${key} ${recordCount}`));
    cursor = page.nextCursor;
  } while (cursor !== undefined);
  expect(pages).toEqual([[], ['b@example.com 4'], ['c@example.com 50000'], ['d@example.com 2']]);
});
