import { CrmCustomFieldType } from '@drippulse/proto/drippulse/crm/v1/custom_fields_pb';
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { sql } from 'kysely';
import { found } from './collections.ts';
import { editor, type Harness, startHarness, stranger } from './harness.ts';
import { refusal } from './refusal.ts';
import { upload } from './transfers.ts';

let harness: Harness;
beforeAll(async () => {
  harness = await startHarness();
});
afterAll(() => harness.stop());

const { NUMBER, BOOLEAN, DATE, SELECT } = CrmCustomFieldType;
const json = (value: unknown) => new TextEncoder().encode(JSON.stringify(value));

async function define(request: object, caller = editor) {
  return found((await harness.customFields(caller).createCrmCustomField(request)).customField);
}

const createLead = (custom: object, caller = editor) =>
  refusal(harness.leads(caller).createCrmLead({ email: 'a@example.com', custom: json(custom) }));

test('custom has the values that its fields allow, and any value without a field', async () => {
  await define({ recordType: 'lead', key: 'seats', type: NUMBER });
  await define({ recordType: 'lead', key: 'active', type: BOOLEAN });
  await define({ recordType: 'lead', key: 'since', type: DATE });
  await define({ recordType: 'lead', key: 'region', type: SELECT, options: ['emea', 'apac'] });
  await define({ recordType: 'lead', key: 'note' });
  const fine = { seats: 4, active: false, since: '2026-11-25', region: 'emea', note: 'x', other: [1] };
  expect(await createLead(fine)).toBeUndefined();
  expect(await createLead({ since: '2026-11-25T10:00:00Z', seats: null })).toBeUndefined();
  expect(await createLead({ seats: '4', active: 1, since: '2026-02-30', region: 'us', note: 5 })).toEqual({
    error: 'invalid validation_failed',
    fields: {
      'custom.seats': 'must be a number',
      'custom.active': 'must be true or false',
      'custom.since': 'must be a date or a time of RFC 3339',
      'custom.region': 'must be one of emea, apac',
      'custom.note': 'must be a string of at most 10000 characters',
    },
  });
});

test('fields are those of one type of record and of one organization', async () => {
  await define({ recordType: 'account', key: 'tier', type: NUMBER });
  expect(await createLead({ tier: 'gold' })).toBeUndefined();
  expect(await createLead({ seats: 'many' }, stranger)).toBeUndefined();
  const create = (caller: typeof editor) =>
    refusal(harness.accounts(caller).createCrmAccount({ name: 'Acme', custom: json({ tier: 'gold' }) }));
  expect(await create(editor)).toMatchObject({ fields: { 'custom.tier': 'must be a number' } });
  expect(await create(stranger)).toBeUndefined();
});

test('a required field is needed by new records, and by others once their custom is written', async () => {
  const { account } = await harness.accounts(stranger).createCrmAccount({ name: 'Before' });
  const id = found(account).id;
  const field = await define({ recordType: 'account', key: 'vat', required: true }, stranger);
  const missing = { fields: { 'custom.vat': 'is required' } };
  expect(await refusal(harness.accounts(stranger).createCrmAccount({ name: 'After' }))).toMatchObject(missing);
  const update = (paths: string[]) =>
    refusal(harness.accounts(stranger).updateCrmAccount({ id, updateMask: { paths }, name: 'Renamed' }));
  expect(await update(['name'])).toBeUndefined();
  expect(await update(['custom'])).toMatchObject(missing);
  const relax = { id: field.id, updateMask: { paths: ['required'] }, required: false };
  await harness.customFields(stranger).updateCrmCustomField(relax);
  expect(await update(['custom'])).toBeUndefined();
});

test('a key is taken once per type of record', async () => {
  await define({ recordType: 'contact', key: 'twice' });
  await define({ recordType: 'activity', key: 'twice' });
  const again = harness.customFields(editor).createCrmCustomField({ recordType: 'contact', key: 'twice' });
  expect(await refusal(again)).toMatchObject({ error: 'already_exists custom_field_taken' });
});

test('fields that make no sense are refused', async () => {
  const create = (request: object) => refusal(harness.customFields(editor).createCrmCustomField(request));
  expect(await create({ recordType: 'deal', key: 'Not a key', label: ' ', options: ['x'] })).toMatchObject({
    error: 'invalid validation_failed',
    fields: {
      record_type: expect.stringContaining('must be one of'),
      key: expect.stringContaining('must be a lower-case letter'),
      label: 'must not be empty',
      options: 'are only for fields of type select',
    },
  });
  expect(await create({ recordType: 'lead', key: 'choice', type: SELECT })).toMatchObject({
    fields: { options: 'must be 1 to 200' },
  });
});

test("a field that is gone and another organization's answer alike", async () => {
  const { id } = await define({ recordType: 'opportunity', key: 'gone' });
  const unknown = { error: 'not_found custom_field_not_found', fields: {} };
  const update = (caller: typeof editor) =>
    refusal(harness.customFields(caller).updateCrmCustomField({ id, updateMask: { paths: ['label'] }, label: 'x' }));
  const remove = (caller: typeof editor) => refusal(harness.customFields(caller).deleteCrmCustomField({ id }));
  expect(await update(stranger)).toEqual(unknown);
  expect(await remove(stranger)).toEqual(unknown);
  expect(await remove(editor)).toBeUndefined();
  expect(await update(editor)).toEqual(unknown);
  const { customFields } = await harness.customFields(editor).listCrmCustomFields({ recordType: 'opportunity' });
  expect(customFields).toEqual([]);
});

test('a key that would change the prototype of an object is refused, whatever way it comes', async () => {
  for (const key of ['__proto__', 'constructor', 'prototype']) {
    const custom = new TextEncoder().encode(`{"${key}":{"a":1}}`);
    const refused = { fields: { [`custom.${key}`]: `the key ${key} is not allowed` } };
    expect(await refusal(harness.leads(editor).createCrmLead({ email: 'p@example.com', custom }))).toMatchObject(
      refused,
    );
    const lead = found((await harness.leads(editor).createCrmLead({ email: 'p@example.com' })).lead);
    const update = { id: lead.id, custom, updateMask: { paths: ['custom'] } };
    expect(await refusal(harness.leads(editor).updateCrmLead(update))).toMatchObject(refused);
    const rows = `{"leads":[{"email":"q@example.com","custom":{"${key}":1}},{"email":"q@example.com","custom.${key}":1}]}`;
    const { import: result } = await harness.bundles(editor).importCrmRecords(upload(rows));
    expect(result?.errors.map(({ field }) => field)).toEqual([`custom.${key}`, `custom.${key}`]);
    const definition = harness.customFields(editor).createCrmCustomField({ recordType: 'lead', key });
    expect(await refusal(definition)).toMatchObject({ fields: { key: expect.any(String) } });
    const fields = [{ name: 'email' }, { name: `custom.${key}` }, { name: key }];
    const form = harness.leadForms(editor).createLeadForm({ name: 'Website', fields });
    expect(await refusal(form)).toMatchObject({ fields: { 'fields.1.name': expect.any(String) } });
  }
  const { rows } = await sql`select 1 from leads where custom::text ~ '__proto__|constructor|prototype'`.execute(
    harness.db,
  );
  expect(rows).toEqual([]);
});
