import { randomBytes } from 'node:crypto';
import { timestampDate } from '@bufbuild/protobuf/wkt';
import { createSealer } from '@drippulse/db';
import { CrmActivityKind } from '@drippulse/proto/drippulse/crm/v1/activities_pb';
import { CrmErasuresService } from '@drippulse/proto/drippulse/crm/v1/erasures_pb';
import type { Caller } from '@drippulse/rpc';
import { eventually, findTexts } from '@drippulse/testing';
import { serviceOf } from '@drippulse/topology';
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { sql } from 'kysely';
import { findBuried, resealKeys } from '../src/erasures/tombstones.ts';
import { found } from './collections.ts';
import { editor, type Harness, startHarness, stranger } from './harness.ts';
import { refusal } from './refusal.ts';
import { readExport, upload } from './transfers.ts';

let harness: Harness;
beforeAll(async () => {
  harness = await startHarness();
});
afterAll(() => harness.stop());

const admin: Caller = { ...editor, role: 'admin' };
const runtime: Caller = { ...editor, actor: { type: 'service', id: serviceOf('enrollments') }, role: 'viewer' };

const person = {
  email: 'Canary.Mail@Example.com',
  firstName: 'Canaryfirst',
  lastName: 'Canarylast',
  phone: '+31 555 0192837',
  externalSystem: 'their-crm',
  externalId: 'canary-elsewhere',
  custom: new TextEncoder().encode('{"hobby":"canaryhobby"}'),
};
const canaries = ['canary', '0192837'];

async function create(values: object = person, headers?: Record<string, string>) {
  const { contact } = await harness.contacts(editor).createCrmContact(values, headers ? { headers } : {});
  return found(contact);
}

/**
 * Returns the tables in which the database still has data of the person. Ignores the embedded log, because its data
 * belongs to the event transport.
 */
function traces(): Promise<string[]> {
  const client = {
    query: (text: string, values: unknown[] = []) =>
      sql.raw(values.reduce<string>((query, value) => query.replace('$1', `'${value}'`), text)).execute(harness.db),
  };
  return findTexts(client as never, canaries, ['events.embedded_log.value']);
}

test('nothing of a person is left, and what is counted stays', async () => {
  const headers = { 'idempotency-key': 'made-once' };
  const contact = await create(person, headers);
  const former = { id: contact.id, email: 'former-canary@example.com' };
  await harness.contacts(editor).updateCrmContact({ ...former, updateMask: { paths: ['email'] } });
  const lead = found((await harness.leads(editor).createCrmLead({ ...person, companyName: 'Acme' })).lead);
  await harness.leads(editor).convertCrmLead({ id: lead.id, contactId: contact.id });
  const opportunity = found(
    (await harness.opportunities(editor).createCrmOpportunity({ name: 'Canarylast, 40 seats', contactId: contact.id }))
      .opportunity,
  );
  const other = found(
    (await harness.opportunities(editor).createCrmOpportunity({ name: 'Forty seats', contactId: contact.id }))
      .opportunity,
  );
  const note = { kind: CrmActivityKind.CALL, subject: 'Called canary', body: 'canary', contactId: contact.id };
  const call = found((await harness.activities(editor).createCrmActivity(note)).activity);
  const later = { ...note, leadId: lead.id, contactId: undefined };
  const gone = found((await harness.activities(editor).createCrmActivity(later)).activity);
  await harness.activities(editor).deleteCrmActivity({ id: gone.id });
  expect(await traces()).not.toEqual([]);
  const { totalCount } = await harness.changes(editor).listCrmChangeEvents({});

  await harness.contacts(admin).eraseCrmContact({ id: contact.publicId });
  await eventually(async () => expect(await traces()).toEqual([]));
  expect(await refusal(harness.contacts(editor).getCrmContact({ id: contact.id }))).toMatchObject({
    error: 'not_found contact_not_found',
  });
  const kept = await harness.opportunities(editor).listCrmOpportunities({ contactId: contact.id });
  expect(kept.opportunities.map(({ name }) => name).sort()).toEqual(['Forty seats', '[erased]']);
  expect(kept.opportunities.find(({ id }) => id === opportunity.id)).toMatchObject({ name: '[erased]' });
  const activities = await harness.activities(editor).listCrmActivities({ contactId: contact.id });
  expect(activities.activities).toMatchObject([{ id: call.id, kind: CrmActivityKind.CALL }]);
  // The erasure adds one line for the contact and one for its lead; earlier lines are kept, without values.
  const changes = await harness.changes(editor).listCrmChangeEvents({});
  expect(changes.totalCount).toBe(totalCount + 2n);
  expect(changes.changeEvents.slice(0, 2).map(({ action }) => action)).toEqual(['erased', 'erased']);
  expect(changes.changeEvents.some(({ recordId }) => recordId === other.id)).toBe(true);

  const events = () => harness.published.filter(({ payload }) => payload.case === 'contactErased');
  await eventually(() => expect(events()).toHaveLength(1));
  expect(events()[0]?.payload.value).toMatchObject({
    id: contact.id,
    publicId: contact.publicId,
    records: expect.arrayContaining(
      [lead, opportunity, call, gone].map(({ id, publicId }) => expect.objectContaining({ id, publicId })),
    ),
  });
  expect(timestampDate(found(events()[0]?.time)).getTime()).toBeLessThanOrEqual(Date.now());

  // A repeated request is still recognized, and creates nothing.
  const repeated = await refusal(harness.contacts(editor).createCrmContact(person, { headers }));
  expect(repeated).toMatchObject({ error: 'failed_precondition answer_erased' });
  expect((await harness.contacts(editor).listCrmContacts({ email: person.email })).contacts).toEqual([]);
});

test('a repeat changes nothing and says nothing', async () => {
  const { id } = await create({ email: 'twice@example.com' });
  await harness.contacts(admin).eraseCrmContact({ id });
  const { totalCount } = await harness.changes(editor).listCrmChangeEvents({});
  await harness.contacts(admin).eraseCrmContact({ id });
  expect((await harness.changes(editor).listCrmChangeEvents({})).totalCount).toBe(totalCount);
});

test('records that were merged into the person are erased too, and no undo brings a value back', async () => {
  const first = await create({ ...person, externalSystem: 'a', externalId: 'canary-a' });
  const second = await create({
    ...person,
    email: 'canary-2@example.com',
    externalSystem: 'b',
    externalId: 'canary-b',
  });
  const third = await create({ ...person, email: 'canary-3@example.com', externalSystem: 'c', externalId: 'canary-c' });
  const merge = async (survivor: string, other: string) =>
    found((await harness.contacts(editor).mergeCrmContacts({ survivor, merged: [other] })).merge);
  await merge(second.id, first.id);
  const { id } = await merge(third.id, second.id);
  const absorbed = harness.contacts(admin).eraseCrmContact({ id: first.id });
  await expect(absorbed).rejects.toThrow(`merged into ${third.publicId}`);
  await harness.contacts(admin).eraseCrmContact({ id: third.id });
  await eventually(async () => expect(await traces()).toEqual([]));
  expect(await refusal(harness.merges(editor).undoCrmMerge({ id }))).toMatchObject({
    error: 'failed_precondition merge_not_undoable',
  });
  await harness.contacts(admin).eraseCrmContact({ id: third.id });
});

test('a deleted contact is erased too, and nobody else erases it', async () => {
  const { id } = await create({ email: 'deleted@example.com' });
  await harness.contacts(editor).deleteCrmContact({ id });
  const foreign = harness.contacts({ ...stranger, role: 'admin' }).eraseCrmContact({ id });
  expect(await refusal(foreign)).toMatchObject({ error: 'not_found contact_not_found' });
  expect(await refusal(harness.contacts(editor).eraseCrmContact({ id }))).toMatchObject({
    error: 'permission_denied insufficient_role',
  });
  await harness.contacts(admin).eraseCrmContact({ id });
  const row = await harness.db.selectFrom('contacts').select(['email', 'erased_at']).where('id', '=', id).execute();
  expect(row).toMatchObject([{ email: null, erased_at: expect.any(Date) }]);
});

test('an import refuses who was erased, under whichever name; a person who comes back by themselves is let in', async () => {
  const known = { email: 'back@example.com', externalSystem: 'their-crm', externalId: 'back-1' };
  const contact = await create(known);
  await harness.contacts(admin).eraseCrmContact({ id: contact.id });
  const csv = [
    'email,last_name,external_system,external_id,public_id',
    'Back@example.com,Mail,,,',
    'other@example.com,Elsewhere,their-crm,back-1,',
    `third@example.com,Public,,,${contact.publicId}`,
    'fine@example.com,Fine,,,',
  ].join('\n');
  const refused = { created: 1n, failed: 3n, updated: 0n };
  for (const dry of [true, false]) {
    const { import: answer } = await harness.contacts(editor).importCrmContactsCsv(upload(csv, { dryRun: dry }));
    expect(answer).toMatchObject(refused);
    expect(answer?.errors).toMatchObject(
      [2n, 3n, 4n].map((row) => ({ row, message: expect.stringMatching(/erased/) })),
    );
  }
  const asLead = await harness.leads(editor).importCrmLeadsCsv(upload('email\nback@example.com\n'));
  expect(asLead.import).toMatchObject({ created: 0n, failed: 1n });
  const elsewhere = await harness.contacts(stranger).importCrmContactsCsv(upload('email\nback@example.com\n'));
  expect(elsewhere.import).toMatchObject({ created: 1n, failed: 0n });
  expect(await create({ email: 'back@example.com' })).toMatchObject({ email: 'back@example.com' });
});

test('an export with who was erased goes into another organization, as deleted', async () => {
  const { id } = await create({ email: 'export@example.com' });
  const note = { kind: CrmActivityKind.NOTE, subject: 'Kept', contactId: id };
  await harness.activities(editor).createCrmActivity(note);
  await harness.contacts(admin).eraseCrmContact({ id });
  const bundle = await readExport(harness.bundles(editor).exportCrmRecords({}));
  const third: Caller = { ...editor, organizationId: 3n };
  const { import: answer } = await harness.bundles(third).importCrmRecords(upload(bundle));
  expect(answer).toMatchObject({ failed: 0n, errors: [] });
  const again = await harness.bundles(editor).importCrmRecords(upload(bundle));
  expect(again.import).toMatchObject({ created: 0n, failed: 0n });
});

test('the audit stream takes no change but by the function, which can only blank', async () => {
  await create({ email: 'audited@example.com' });
  const refused = /append-only/;
  await expect(sql`update change_events set changes = '{}'`.execute(harness.db)).rejects.toThrow(refused);
  await expect(sql`update change_events set changes = changes`.execute(harness.db)).rejects.toThrow(refused);
  await expect(sql`delete from change_events`.execute(harness.db)).rejects.toThrow(refused);
  for (const change of [`changes = '{}'`, `action = 'x'`, `changes = '{"email":{"before":null,"after":"x"}}'`]) {
    const forced = harness.db.transaction().execute(async (trx) => {
      await sql`set local drippulse.blanking = 'on'`.execute(trx);
      await sql`update change_events set ${sql.raw(change)}`.execute(trx);
    });
    await expect(forced).rejects.toThrow(refused);
  }
});

test('only the service of enrollments gets the addresses, until it has finished', async () => {
  const { id } = await create({ email: 'Sealed@example.com' });
  await harness.contacts(admin).eraseCrmContact({ id });
  const erasures = harness.reach(CrmErasuresService);
  expect(await refusal(erasures(admin).getCrmErasure({ contactId: id }))).toMatchObject({
    error: 'permission_denied insufficient_role',
  });
  expect(await erasures(runtime).getCrmErasure({ contactId: id })).toMatchObject({ emails: ['sealed@example.com'] });
  expect(await erasures({ ...runtime, organizationId: 2n }).getCrmErasure({ contactId: id })).toMatchObject({
    emails: [],
  });
  await erasures(runtime).finishCrmErasure({ contactId: id });
  expect(await erasures(runtime).getCrmErasure({ contactId: id })).toMatchObject({ emails: [] });
});

test('the keys of tombstones follow a rotation, and what they keep out stays out', async () => {
  const { id } = await create({ email: 'rotated@example.com' });
  await harness.contacts(admin).eraseCrmContact({ id });
  const [old, fresh] = [randomBytes(32), randomBytes(32)].map((bytes) => bytes.toString('base64'));
  const rotated = { sealer: createSealer(`${fresh},${harness.encryptionKeys}`), db: harness.database };
  expect(await resealKeys(rotated)).toBe(1);
  expect(await resealKeys(rotated)).toBe(0);
  const buried = (keys = '') =>
    findBuried({ sealer: createSealer(keys) }, harness.db, 1n, [
      { given: { email: 'Rotated@example.com' }, stored: {} },
    ]);
  expect(await buried(fresh)).toEqual(new Set([0]));
  await expect(buried(old)).rejects.toThrow();
});
