import { serviceOf } from '@drippulse/topology';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { sql } from 'kysely';
import { collectionsOf, found } from './collections.ts';
import { editor, type Harness, startHarness, stranger } from './harness.ts';
import { refusal } from './refusal.ts';

let harness: Harness;
beforeAll(async () => {
  harness = await startHarness();
});
afterAll(() => harness.stop());

const refused = {
  error: 'invalid validation_failed',
  fields: { owner_id: 'must be a member of the organization' },
};

describe.each(collectionsOf(() => harness, 'Owned').map((collection) => [collection.type, collection] as const))(
  'the owner of an %s',
  (type, { create, get, update }) => {
    test.each([
      ['a member of another organization', 21n],
      ['an unknown id', 987_654n],
      ['zero', 0n],
      ['a negative id', -1n],
    ])('cannot be %s', async (_name, ownerId) => {
      expect(await refusal(create(editor, { ownerId }))).toEqual(refused);
      const { id } = await create(editor, { ownerId: 2n });
      expect(await refusal(update(editor, { id, ownerId, updateMask: { paths: ['owner_id'] } }))).toEqual(refused);
      expect((await get(editor, id)).ownerId).toBe(2n);
    });

    test('may be a member, and stays when the record is sent back after the member left', async () => {
      const { id } = await create(editor, { ownerId: 9n });
      const left = 77n;
      await sql`update ${sql.table(found(tables[type]))} set owner_id = ${left} where id = ${id}`.execute(harness.db);
      const paths = ['owner_id', 'external_id'];
      const sent = await update(editor, { id, ownerId: left, externalId: `kept-${type}`, updateMask: { paths } });
      expect(sent).toMatchObject({ ownerId: left, externalId: `kept-${type}` });
      const cleared = await update(editor, { id, updateMask: { paths: ['owner_id'] } });
      expect(cleared.ownerId).toBeUndefined();
    });
  },
);

const tables: Readonly<Record<string, string>> = {
  account: 'accounts',
  contact: 'contacts',
  lead: 'leads',
  opportunity: 'opportunities',
  activity: 'activities',
};

test('a merge and a conversion keep the owner of a record, who left the organization', async () => {
  const left = 78n;
  const [survivor, merged] = [
    await harness.leads(editor).createCrmLead({ email: 'survivor@example.com', company: 'Acme' }),
    await harness.leads(editor).createCrmLead({ email: 'merged@example.com' }),
  ].map(({ lead }) => found(lead).id);
  await sql`update leads set owner_id = ${left} where id = ${merged}`.execute(harness.db);
  const { lead } = await harness.leads(editor).mergeCrmLeads({ survivor, merged: [found(merged)] });
  expect(lead?.ownerId).toBe(left);
  const { contact, account } = await harness.leads(editor).convertCrmLead({ id: found(survivor) });
  expect([contact?.ownerId, account?.ownerId]).toEqual([left, left]);
});

test('identity is asked once for a member, and again for everybody else', async () => {
  const lead = (ownerId: bigint) => harness.leads(stranger).createCrmLead({ email: 'asked@example.com', ownerId });
  harness.askedMembers.splice(0);
  await lead(21n);
  await lead(21n);
  expect(await refusal(lead(22n))).toEqual(refused);
  expect(await refusal(lead(22n))).toEqual(refused);
  expect(harness.askedMembers).toEqual([[21n], [22n], [22n]]);
});

test('while identity is away a record with an owner is refused as unavailable, and one without is made', async () => {
  harness.peers.unregister(serviceOf('identity'));
  const create = (ownerId?: bigint) =>
    refusal(harness.leads(editor).createCrmLead({ email: 'away@example.com', ...(ownerId && { ownerId }) }));
  expect(await create(1n)).toMatchObject({ error: expect.stringMatching(/^unavailable /) });
  expect(await create()).toBeUndefined();
});
