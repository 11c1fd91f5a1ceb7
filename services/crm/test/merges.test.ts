import { CrmActivityKind } from '@drippulse/proto/drippulse/crm/v1/activities_pb';
import { CrmLeadStatus } from '@drippulse/proto/drippulse/crm/v1/leads_pb';
import { CrmMergeRecordType } from '@drippulse/proto/drippulse/crm/v1/merges_pb';
import type { Caller } from '@drippulse/rpc';
import { eventually } from '@drippulse/testing';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { sql } from 'kysely';
import { forgetMerges } from '../src/loops/forget-merges.ts';
import { found } from './collections.ts';
import { anonymous, editor, type Harness, key, startHarness, stranger } from './harness.ts';
import { refusal } from './refusal.ts';
import { readExport, upload } from './transfers.ts';

let harness: Harness;
beforeAll(async () => {
  harness = await startHarness();
});
afterAll(() => harness.stop());

const utf8 = new TextEncoder();
const textOf = (bytes: Uint8Array | undefined) => new TextDecoder().decode(bytes);
type Fields = Parameters<ReturnType<Harness['contacts']>['createCrmContact']>[0];

async function person(fields: Fields, by = editor) {
  return found((await harness.contacts(by).createCrmContact(fields)).contact);
}
async function lead(fields: Parameters<ReturnType<Harness['leads']>['createCrmLead']>[0]) {
  return found((await harness.leads(editor).createCrmLead(fields)).lead);
}
async function note(fields: { contactId?: string; leadId?: string }) {
  const request = { kind: CrmActivityKind.NOTE, subject: 'Met', ...fields };
  return found((await harness.activities(editor).createCrmActivity(request)).activity);
}
type Request = { survivor: string; merged: string[]; fields?: Record<string, string> };
/** Timeout that is longer than any of these calls takes on a busy machine, because no test here is about deadlines. */
const timeoutMs = 60_000;

async function merge(request: Request, by = editor, headers: Record<string, string> = {}) {
  const answer = await harness.contacts(by).mergeCrmContacts(request, { headers, timeoutMs });
  return { contact: found(answer.contact), merge: found(answer.merge) };
}
const undo = (id: bigint, by = editor) => harness.merges(by).undoCrmMerge({ id }, { timeoutMs });
const show = async (id: string) => found((await harness.contacts(editor).getCrmContact({ id })).contact);
const linkOf = async (id: string) => (await harness.activities(editor).getCrmActivity({ id })).activity?.contactId;

async function changesOf(recordId: string) {
  const { changeEvents } = await harness.changes(editor).listCrmChangeEvents({ recordId });
  return changeEvents.map((line) => ({ ...line, changes: JSON.parse(textOf(line.changes)) }));
}

/** Returns an export of all data of the organization, in which only the times of writing are replaced with null. */
async function exported(): Promise<string> {
  const text = await readExport(harness.bundles(editor).exportCrmRecords({}));
  return text.replaceAll(/"(exported_at|updated_at)":"[^"]*"/g, '"$1":null');
}

describe('the survivor', () => {
  test('keeps what it has, takes what it lacks from the first that has it, and custom member by member', async () => {
    const account = found((await harness.accounts(editor).createCrmAccount({ name: 'Acme' })).account);
    const survivor = await person({
      email: 'ada@example.com',
      firstName: 'Ada',
      custom: utf8.encode('{"a":1.10,"b":null}'),
    });
    const first = await person({ email: 'old@example.com', lastName: 'Byron', custom: utf8.encode('{"a":2,"b":3}') });
    const second = await person({
      lastName: 'Lovelace',
      phone: '1',
      accountId: account.id,
      ownerId: 9n,
      externalSystem: 'hubspot',
      externalId: 'h-1',
      custom: utf8.encode('{"b":4,"c":"x"}'),
    });
    const { contact } = await merge({ survivor: survivor.publicId, merged: [first.id, second.publicId] });
    expect(contact).toMatchObject({
      id: survivor.id,
      email: 'ada@example.com',
      firstName: 'Ada',
      lastName: 'Byron',
      phone: '1',
      accountId: account.id,
      ownerId: 9n,
      externalSystem: 'hubspot',
      externalId: 'h-1',
    });
    expect(textOf(contact.custom)).toBe('{"a":1.10,"b":3,"c":"x"}');
    expect(await show(survivor.id)).toEqual(contact);
  });

  test('takes what was chosen, even what is empty', async () => {
    const survivor = await person({
      email: 'one@example.com',
      phone: '1',
      title: 'CEO',
      custom: utf8.encode('{"a":1,"b":1}'),
    });
    const other = await person({ email: 'two@example.com', title: 'CTO', custom: utf8.encode('{"a":2}') });
    const fields = {
      email: other.publicId,
      phone: other.id,
      title: survivor.id,
      'custom.a': other.id,
      'custom.b': other.id,
    };
    const { contact } = await merge({ survivor: survivor.id, merged: [other.id], fields });
    expect(contact).toMatchObject({ email: 'two@example.com', title: 'CEO' });
    expect(contact.phone).toBeUndefined();
    expect(JSON.parse(textOf(contact.custom))).toEqual({ a: 2 });
  });

  test('does not inherit a link to what was deleted', async () => {
    const account = found((await harness.accounts(editor).createCrmAccount({ name: 'Gone' })).account);
    const survivor = await person({ lastName: 'Heir' });
    const other = await person({ lastName: 'Heir', accountId: account.id });
    await harness.accounts(editor).deleteCrmAccount({ id: account.id });
    expect((await merge({ survivor: survivor.id, merged: [other.id] })).contact.accountId).toBeUndefined();
  });

  test('obeys the rules of any write', async () => {
    const wide = (letter: string) => utf8.encode(JSON.stringify({ [letter]: 'x'.repeat(40_000) }));
    const survivor = await person({ lastName: 'Wide', custom: wide('a') });
    const other = await person({ lastName: 'Wide', custom: wide('b') });
    expect(await refusal(merge({ survivor: survivor.id, merged: [other.id] }))).toMatchObject({
      error: 'invalid validation_failed',
      fields: { custom: 'must be at most 64 KiB' },
    });
    expect((await show(other.id)).lastName).toBe('Wide');
  });
});

test('merged records are gone, and their ids name the survivor, also those merged before', async () => {
  const [oldest, older, survivor] = [
    await person({ phone: '1' }),
    await person({ phone: '1' }),
    await person({ phone: '1' }),
  ];
  await merge({ survivor: older.id, merged: [oldest.id] });
  await merge({ survivor: survivor.id, merged: [older.id] });
  for (const id of [oldest.id, oldest.publicId, older.id]) {
    await expect(harness.contacts(editor).getCrmContact({ id })).rejects.toThrow(
      `The contact was merged into ${survivor.publicId}.`,
    );
    const change = harness.contacts(editor).updateCrmContact({ id, updateMask: { paths: ['title'] }, title: 'x' });
    expect(await refusal(change)).toMatchObject({ error: 'not_found contact_not_found' });
    expect(await refusal(note({ contactId: id }))).toMatchObject({ error: 'not_found contact_not_found' });
  }
});

test('live links move to the survivor, deleted records stay as they were', async () => {
  const [survivor, other] = [await person({ lastName: 'Linked' }), await person({ lastName: 'Linked' })];
  const own = await note({ contactId: survivor.id });
  const activity = await note({ contactId: other.id });
  const gone = await note({ contactId: other.id });
  await harness.activities(editor).deleteCrmActivity({ id: gone.id });
  const { opportunity } = await harness
    .opportunities(editor)
    .createCrmOpportunity({ name: 'Deal', contactId: other.id });
  const converted = await lead({ email: 'linked@example.com' });
  await harness.leads(editor).convertCrmLead({ id: converted.id, contactId: other.id });
  const { merge: made } = await merge({ survivor: survivor.id, merged: [other.id] });
  expect(made.movedLinks).toBe(3n);
  expect(await linkOf(own.id)).toBe(survivor.id);
  expect(await linkOf(activity.id)).toBe(survivor.id);
  const sale = await harness.opportunities(editor).getCrmOpportunity({ id: found(opportunity).id });
  expect(sale.opportunity).toMatchObject({ contactId: survivor.id, contactPublicId: survivor.publicId });
  expect((await harness.leads(editor).getCrmLead({ id: converted.id })).lead?.contactId).toBe(survivor.id);
  const [left] = await harness.db.selectFrom('activities').select('contact_id').where('id', '=', gone.id).execute();
  expect(left?.contact_id).toBe(other.id);
});

test('each record that changed says so once, to the audit stream and to subscribers', async () => {
  const [survivor, other] = [await person({ lastName: 'Told' }), await person({ email: 'told@example.com' })];
  const activity = await note({ contactId: other.id });
  await merge({ survivor: survivor.id, merged: [other.id] }, key, { 'x-request-id': 'req-merge' });
  expect((await changesOf(survivor.id))[0]).toMatchObject({
    action: 'updated',
    actorType: 'api_key',
    requestId: 'req-merge',
    changes: { email: { before: null, after: 'told@example.com' } },
  });
  expect((await changesOf(other.id))[0]).toMatchObject({
    action: 'deleted',
    changes: { merged_into_id: { before: null, after: survivor.id }, deleted_at: { before: null } },
  });
  expect((await changesOf(activity.id))[0]).toMatchObject({
    action: 'updated',
    requestId: 'req-merge',
    changes: { contact_id: { before: other.id, after: survivor.id } },
  });
  expect(await harness.eventsOf(`contact:${other.id}`, 2)).toEqual(['1 contactCreated', '2 contactDeleted']);
  expect(await harness.eventsOf(`contact:${survivor.id}`, 2)).toEqual(['1 contactCreated', '2 contactUpdated']);
  expect(await harness.eventsOf(`activity:${activity.id}`, 2)).toEqual(['1 activityCreated', '2 activityUpdated']);
  const event = harness.published.find(
    ({ aggregate, sequence }) => aggregate === `contact:${other.id}` && sequence === 2n,
  );
  expect(event?.payload.value).toMatchObject({ mergedIntoPublicId: survivor.publicId });
});

describe('is refused', () => {
  test('without one to twenty ids, with one twice, and with the survivor among them', async () => {
    const [one, two] = [await person({ phone: '1' }), await person({ phone: '2' })];
    const cases = [[], Array.from({ length: 21 }, () => two.id), [two.id, two.publicId], [two.id, one.publicId]];
    for (const merged of cases) {
      expect(await refusal(merge({ survivor: one.id, merged }))).toMatchObject({
        error: 'invalid validation_failed',
        fields: { merged: expect.any(String) },
      });
    }
  });

  test('with a choice that means nothing', async () => {
    const [one, two, other] = [
      await person({ phone: '1' }),
      await person({ phone: '2' }),
      await person({ phone: '3' }),
    ];
    for (const [name, id] of [
      ['nonsense', two.id],
      ['custom.', two.id],
      ['public_id', two.id],
      ['email', other.id],
      ['email', 'x'],
    ] as const) {
      const refused = await refusal(merge({ survivor: one.id, merged: [two.id], fields: { [name]: id } }));
      expect(refused?.fields).toEqual({ [`fields.${name}`]: expect.any(String) });
    }
    expect(await show(two.id)).toEqual(two);
  });

  test('with a record that is not there, and one of another organization is not', async () => {
    const ours = await person({ phone: '1' });
    const theirs = await person({ phone: '1' }, stranger);
    const unknown = '019ab3c4-5d6e-7f80-9a1b-2c3d4e5f6071';
    for (const id of [theirs.id, theirs.publicId, unknown, 'nonsense']) {
      const error = 'not_found contact_not_found';
      expect(await refusal(merge({ survivor: ours.id, merged: [id] }))).toMatchObject({
        error,
        fields: { 'merged.0': 'There is no contact with this id.' },
      });
      expect(await refusal(merge({ survivor: id, merged: [ours.id] }))).toMatchObject({ error });
    }
    expect(await show(ours.id)).toEqual(ours);
  });

  test('to callers that may not write, and to test keys', async () => {
    const [one, two] = [await person({ phone: '1' }), await person({ phone: '2' })];
    const by = (caller: Partial<Caller>) => merge({ survivor: one.id, merged: [two.id] }, { ...key, ...caller });
    expect(await refusal(by({ role: 'approver' }))).toMatchObject({ error: 'permission_denied insufficient_role' });
    expect(await refusal(by({ mode: 'test' }))).toMatchObject({ error: 'permission_denied test_mode' });
  });

  test('with more links than a request can move, and nothing is moved', async () => {
    const [one, two] = [await person({ phone: '1' }), await person({ phone: '2' })];
    await sql`
      insert into activities (id, public_id, organization_id, sequence, kind, custom, contact_id, created_at, updated_at)
      select gen_random_uuid(), 'act_many' || n, 1, 1, 'note', '{}', ${two.id}, now(), now()
      from generate_series(1, 10001) as n`.execute(harness.db);
    const refused = await refusal(merge({ survivor: one.id, merged: [two.id] }));
    expect(refused).toMatchObject({ error: 'failed_precondition merge_too_many_links' });
    expect(await show(two.id)).toEqual(two);
    await sql`delete from activities where public_id = 'act_many1'`.execute(harness.db);
    const { merge: made } = await merge({ survivor: one.id, merged: [two.id] });
    expect(made.movedLinks).toBe(10_000n);
    expect(await undo(made.id)).toMatchObject({ restoredLinks: 10_000n, keptLinks: 0n });
    await sql`delete from activities where public_id like 'act_many%'`.execute(harness.db);
  });
});

describe('at once', () => {
  test('two merges of the same people, the other way round, leave one of them', async () => {
    for (let round = 0; round < 10; round += 1) {
      const [one, two] = [await person({ lastName: 'Race' }), await person({ lastName: 'Race' })];
      const answers = await Promise.allSettled([
        merge({ survivor: one.id, merged: [two.id] }),
        merge({ survivor: two.id, merged: [one.id] }),
      ]);
      expect(answers.map(({ status }) => status).sort()).toEqual(['fulfilled', 'rejected']);
      const lost = found(answers.find((answer) => answer.status === 'rejected'));
      expect(String(lost.status === 'rejected' && lost.reason)).toContain('was merged into cnt_');
      const { totalCount } = await harness.contacts(editor).listCrmContacts({ q: 'Race' });
      expect(totalCount).toBe(BigInt(round + 1));
    }
  });

  test('the same merge from several senders happens once', async () => {
    const [one, two] = [await person({ lastName: 'Same' }), await person({ lastName: 'Same' })];
    const answers = await Promise.allSettled([1, 2, 3, 4].map(() => merge({ survivor: one.id, merged: [two.id] })));
    expect(answers.filter(({ status }) => status === 'fulfilled')).toHaveLength(1);
    expect((await harness.merges(editor).listCrmMerges({ recordId: two.publicId })).totalCount).toBe(1n);
  });

  test('a link that is made meanwhile is moved or refused, never left behind', async () => {
    for (let round = 0; round < 10; round += 1) {
      const [one, two] = [await person({ lastName: 'Late' }), await person({ lastName: 'Late' })];
      const notes = Promise.allSettled([1, 2, 3].map(() => note({ contactId: two.id })));
      await merge({ survivor: one.id, merged: [two.id] });
      for (const answer of await notes) {
        if (answer.status === 'fulfilled') expect(await linkOf(answer.value.id)).toBe(one.id);
        else expect(String(answer.reason)).toContain(`was merged into ${one.publicId}`);
      }
    }
  });

  test('two who take it back do so once', async () => {
    const [one, two] = [await person({ lastName: 'Back' }), await person({ lastName: 'Back' })];
    const { merge: made } = await merge({ survivor: one.id, merged: [two.id] });
    const answers = await Promise.all([1, 2, 3].map(() => refusal(undo(made.id))));
    expect(answers.filter((answer) => answer === undefined)).toHaveLength(1);
    expect(answers.find((answer) => answer !== undefined)?.error).toBe('failed_precondition merge_already_undone');
  });
});

test('made twice with one key it is made once, and so is the undo', async () => {
  const [one, two] = [await person({ lastName: 'Key' }), await person({ lastName: 'Key' })];
  const again = { 'idempotency-key': 'merge-key' };
  const first = await merge({ survivor: one.id, merged: [two.id] }, editor, again);
  expect(await merge({ survivor: one.id, merged: [two.id] }, editor, again)).toEqual(first);
  const back = () =>
    harness.merges(editor).undoCrmMerge({ id: first.merge.id }, { headers: { 'idempotency-key': 'undo' } });
  expect(await back()).toEqual(await back());
  expect(await refusal(merge({ survivor: two.id, merged: [one.id] }, editor, again))).toMatchObject({
    error: expect.stringContaining('idempotency_key_reused'),
  });
});

describe('taken back', () => {
  test('everything is as before, except times', async () => {
    const account = found((await harness.accounts(editor).createCrmAccount({ name: 'Undone' })).account);
    const survivor = await person({ firstName: 'Ada', custom: utf8.encode('{"z":1,"a":1.10}') });
    const first = await person({
      email: 'first@example.com',
      accountId: account.id,
      custom: utf8.encode('{"n":2.50}'),
    });
    const second = await person({ lastName: 'Byron', ownerId: 5n, externalSystem: 'sf', externalId: 'back-1' });
    await note({ contactId: first.id });
    await harness.opportunities(editor).createCrmOpportunity({ name: 'Back', contactId: second.id });
    const before = await exported();
    const { merge: made } = await merge({ survivor: survivor.id, merged: [first.id, second.id] });
    expect(await exported()).not.toEqual(before);
    const answer = await undo(made.id, key);
    expect(answer).toMatchObject({ keptFields: [], restoredLinks: 2n, keptLinks: 0n });
    expect(answer.merge?.undoneAt).toBeDefined();
    expect(await exported()).toEqual(before);
    const [line] = await changesOf(first.id);
    expect(line).toMatchObject({ action: 'updated', actorType: 'api_key' });
    expect(Object.keys(line?.changes).sort()).toEqual(['deleted_at', 'merged_into_id']);
    expect(await harness.eventsOf(`contact:${second.id}`, 3)).toEqual([
      '1 contactCreated',
      '2 contactDeleted',
      '3 contactUpdated',
    ]);
  });

  test('what was changed since stays, and the answer says what', async () => {
    const survivor = await person({ firstName: 'Ada', custom: utf8.encode('{"own":1}') });
    const other = await person({ phone: '1', title: 'CEO', custom: utf8.encode('{"x":1,"y":1}') });
    const [moved, gone] = [await note({ contactId: other.id }), await note({ contactId: other.id })];
    const { merge: made } = await merge({ survivor: survivor.id, merged: [other.id] });
    const custom = utf8.encode('{"own":2,"x":1,"y":7}');
    const change = { id: survivor.id, updateMask: { paths: ['phone', 'custom'] }, phone: '2', custom };
    await harness.contacts(editor).updateCrmContact(change);
    const third = await person({ lastName: 'Third' });
    const link = { id: moved.id, updateMask: { paths: ['contact_id'] }, contactId: third.id };
    await harness.activities(editor).updateCrmActivity(link);
    await harness.activities(editor).deleteCrmActivity({ id: gone.id });
    const answer = await undo(made.id);
    expect(answer).toMatchObject({ keptFields: ['phone', 'custom.y'], restoredLinks: 0n, keptLinks: 2n });
    const after = await show(survivor.id);
    expect(after.phone).toBe('2');
    expect(after.title).toBeUndefined();
    expect(JSON.parse(textOf(after.custom))).toEqual({ own: 2, y: 7 });
    expect(await linkOf(moved.id)).toBe(third.id);
    expect(await show(other.id)).toMatchObject({ phone: '1', title: 'CEO' });
  });

  test('it is not a second time, nor by another organization', async () => {
    const [one, two] = [await person({ phone: '1' }), await person({ phone: '2' })];
    const { merge: made } = await merge({ survivor: one.id, merged: [two.id] });
    expect(await refusal(undo(made.id, stranger))).toMatchObject({ error: 'not_found merge_not_found' });
    const theirs = harness.merges(stranger);
    expect(await refusal(theirs.getCrmMerge({ id: made.id }))).toMatchObject({ error: 'not_found merge_not_found' });
    expect((await theirs.listCrmMerges({ recordId: one.id })).merges).toEqual([]);
    await undo(made.id);
    expect(await refusal(undo(made.id))).toMatchObject({ error: 'failed_precondition merge_already_undone' });
  });

  test('it is not after 30 days, when what that takes is forgotten', async () => {
    const age = (id: bigint, days: number) =>
      sql`update merges set created_at = now() - ${days} * interval '1 day' where id = ${id}`.execute(harness.db);
    const people = [await person({ phone: '1' }), await person({ phone: '2' }), await person({ phone: '3' })] as const;
    const { merge: old } = await merge({ survivor: people[0].id, merged: [people[1].id] });
    const { merge: young } = await merge({ survivor: people[0].id, merged: [people[2].id] });
    expect(Number(old.undoUntil?.seconds) - Number(old.createdAt?.seconds)).toBe(30 * 86_400);
    await age(old.id, 30);
    expect(await refusal(undo(old.id))).toMatchObject({ error: 'failed_precondition merge_not_undoable' });
    expect((await harness.merges(editor).getCrmMerge({ id: old.id })).merge?.undoUntil).toBeUndefined();
    await age(young.id, 29.9);
    expect(await forgetMerges(harness.db)).toBe(1);
    const [left] = await harness.db.selectFrom('merges').select('undo').where('id', '=', old.id).execute();
    expect(left).toEqual({ undo: null });
    expect(await undo(young.id)).toMatchObject({ keptFields: [] });
  });

  test('it is not without what it takes, as when that was erased', async () => {
    const [one, two] = [await person({ phone: '1' }), await person({ phone: '2' })];
    const { merge: made } = await merge({ survivor: one.id, merged: [two.id] });
    await harness.db.updateTable('merges').set({ undo: null }).where('id', '=', made.id).execute();
    expect(await refusal(undo(made.id))).toMatchObject({ error: 'failed_precondition merge_not_undoable' });
  });

  test('the last merge goes first, and a survivor that was deleted stays so', async () => {
    const [one, two, three] = [
      await person({ phone: '1' }),
      await person({ phone: '2' }),
      await person({ title: 'x', phone: '3' }),
    ];
    const { merge: first } = await merge({ survivor: two.id, merged: [three.id] });
    const { merge: second } = await merge({ survivor: one.id, merged: [two.id] });
    expect(await refusal(undo(first.id))).toMatchObject({ error: 'failed_precondition merge_survivor_merged' });
    await undo(second.id);
    await harness.contacts(editor).deleteCrmContact({ id: two.id });
    expect(await undo(first.id)).toMatchObject({ keptFields: ['title'] });
    expect(await show(three.id)).toMatchObject({ phone: '3' });
    expect(await refusal(show(two.id))).toMatchObject({ error: 'not_found contact_not_found' });
  });

  test('it is refused while another record has the external id, and nothing has changed', async () => {
    const external = { externalSystem: 'hubspot', externalId: 'undo-taken' };
    const survivor = await person({ lastName: 'Kept', externalSystem: 'hubspot', externalId: 'undo-own' });
    const other = await person({ lastName: 'Kept', ...external });
    const { merge: made } = await merge({ survivor: survivor.id, merged: [other.id] });
    const taker = await person({ lastName: 'Taker', ...external });
    expect(await refusal(undo(made.id))).toMatchObject({ error: 'already_exists external_id_taken' });
    expect(await refusal(show(other.id))).toMatchObject({ error: 'not_found contact_not_found' });
    await harness.contacts(editor).deleteCrmContact({ id: taker.id });
    await undo(made.id);
    expect(await show(other.id)).toMatchObject(external);
  });
});

test('merges are listed, newest first, by record and by type', async () => {
  const [one, two] = [await person({ phone: '1' }), await person({ phone: '2' })];
  const { merge: made } = await merge({ survivor: one.id, merged: [two.id] });
  const of = async (request: object) => (await harness.merges(editor).listCrmMerges(request)).merges;
  for (const recordId of [one.id, one.publicId, two.id, two.publicId]) expect(await of({ recordId })).toEqual([made]);
  expect(await of({ recordId: 'nonsense' })).toEqual([]);
  expect(await of({ recordType: CrmMergeRecordType.LEAD, recordId: one.id })).toEqual([]);
  expect((await of({ recordType: CrmMergeRecordType.CONTACT }))[0]).toEqual(made);
  expect(made).toMatchObject({ actorType: 'user', actorId: '1', mergedPublicIds: [two.publicId], movedLinks: 0n });
  const page = await harness.merges(editor).listCrmMerges({ limit: 1 });
  const next = await harness.merges(editor).listCrmMerges({ limit: 1, cursor: page.nextCursor ?? '' });
  expect(found(next.merges[0]).id).toBeLessThan(found(page.merges[0]).id);
});

describe('leads', () => {
  test('merge alike, with their activities, and the conversion of one is that of all', async () => {
    const survivor = await lead({ email: 'l1@example.com', score: 0 });
    const other = await lead({ email: 'l2@example.com', companyName: 'Acme', score: 5, source: 'fair' });
    const { contact } = await harness.leads(editor).convertCrmLead({ id: other.id });
    const activity = await note({ leadId: other.id });
    const before = await exported();
    const answer = await harness.leads(editor).mergeCrmLeads({ survivor: survivor.id, merged: [other.publicId] });
    expect(answer.lead).toMatchObject({
      email: 'l1@example.com',
      companyName: 'Acme',
      score: 0,
      source: 'fair',
      status: CrmLeadStatus.CONVERTED,
      contactId: contact?.id,
    });
    expect(answer.lead?.convertedAt).toBeDefined();
    expect(answer.merge).toMatchObject({ recordType: CrmMergeRecordType.LEAD, movedLinks: 1n });
    expect((await harness.activities(editor).getCrmActivity({ id: activity.id })).activity?.leadId).toBe(survivor.id);
    await undo(found(answer.merge).id);
    expect(await exported()).toEqual(before);
  });

  test('one of a form that is merged before it was enrolled is enrolled as the survivor', async () => {
    harness.workflows.set(7n, 1n);
    const { leadForm } = await harness.leadForms(editor).createLeadForm({ name: 'Form', workflowId: 7n });
    const [survivor, submitted] = [await lead({ email: 's@example.com' }), await lead({ email: 'f@example.com' })];
    await harness.leads(editor).mergeCrmLeads({ survivor: survivor.id, merged: [submitted.id] });
    await sql`
      insert into lead_form_submissions (form_id, submission_key, organization_id, id, lead_id, workflow_id, enroll_at, created_at)
      values (${found(leadForm).id}, 'x', 1, gen_random_uuid(), ${submitted.id}, 7, now(), now())`.execute(harness.db);
    // The purpose of this submission is only to wake the loop, which may otherwise sleep for 10 s.
    const other = found((await harness.leadForms(editor).createLeadForm({ name: 'Other' })).leadForm);
    const body = { contentType: 'application/json', data: utf8.encode('{"email":"other@example.com"}') };
    await harness.publicForms(anonymous).submitLeadForm({ token: other.token, body });
    await eventually(() => expect(harness.enrolled).toMatchObject([{ contacts: [{ lead_ref: survivor.publicId }] }]));
  });
});

describe('an import', () => {
  async function imported(bundle: object | string) {
    const text = typeof bundle === 'string' ? bundle : JSON.stringify(bundle);
    return found((await harness.bundles(editor).importCrmRecords(upload(text), { timeoutMs })).import);
  }
  const csv = async (text: string) => found((await harness.contacts(editor).importCrmContactsCsv(upload(text))).import);

  test('refuses a row of a merged record, by whichever id, and makes nobody anew', async () => {
    const survivor = await person({ email: 'kept@example.com', externalSystem: 'hs', externalId: 'i-1' });
    const other = await person({ email: 'merged@example.com', externalSystem: 'hs', externalId: 'i-2' });
    const plain = await person({ email: 'plain@example.com' });
    await merge({ survivor: survivor.id, merged: [other.id, plain.id] });
    const before = await exported();
    const message = `The contact was merged into ${survivor.publicId} here.`;
    const rows = [
      { public_id: other.publicId, title: 'x' },
      { external_system: 'hs', external_id: 'i-2', title: 'x' },
    ];
    const answer = await imported({ contacts: rows });
    expect(answer).toMatchObject({ created: 0n, updated: 0n, failed: 2n, errors: [{ message }, { message }] });
    const byEmail = await csv('email,title\nMerged@example.com,x\nplain@example.com,x\n');
    expect(byEmail).toMatchObject({ created: 0n, updated: 0n, failed: 2n, errors: [{ message }, { message }] });
    expect(await exported()).toEqual(before);
  });

  test('finds the survivor by the external id that it took over', async () => {
    const survivor = await person({ email: 'heir@example.com' });
    const other = await person({ lastName: 'Old', externalSystem: 'hs', externalId: 'i-3' });
    await merge({ survivor: survivor.id, merged: [other.id] });
    const answer = await imported({ contacts: [{ external_system: 'hs', external_id: 'i-3', title: 'CEO' }] });
    expect(answer).toMatchObject({ updated: 1n, failed: 0n });
    expect(await show(survivor.id)).toMatchObject({ title: 'CEO' });
  });

  test('links to the survivor what names a merged record', async () => {
    const [survivor, other] = [await person({ lastName: 'Target' }), await person({ lastName: 'Target' })];
    await merge({ survivor: survivor.id, merged: [other.id] });
    const row = { public_id: 'act_ofmerged', kind: 'note', contact_public_id: other.publicId };
    expect(await imported({ activities: [row] })).toMatchObject({ created: 1n });
    expect(await linkOf('act_ofmerged')).toBe(survivor.id);
  });

  test('leaves no link behind at a record that is merged meanwhile', async () => {
    for (let round = 0; round < 10; round += 1) {
      const [survivor, other] = [await person({ lastName: 'Busy' }), await person({ lastName: 'Busy' })];
      const rows = [1, 2, 3].map((n) => ({
        public_id: `act_busy${round}x${n}`,
        kind: 'note',
        contact_public_id: other.publicId,
      }));
      const importing = imported({ activities: rows });
      await merge({ survivor: survivor.id, merged: [other.id] });
      expect(await importing).toMatchObject({ created: 3n });
      for (const { public_id } of rows) expect(await linkOf(public_id)).toBe(survivor.id);
    }
  });

  test('of our own export changes nothing', async () => {
    const answer = await imported(await exported());
    expect(answer).toMatchObject({ created: 0n, updated: 0n, failed: 0n });
  });
});
