import {
  CrmRecordBatchesService,
  CrmRecordBatchMode,
  CrmRecordBatchOutcome,
} from '@drippulse/proto/drippulse/crm/v1/record_batches_pb';
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { editor, type Harness, startHarness, stranger, tester } from './harness.ts';
import { refusal } from './refusal.ts';

let harness: Harness;
beforeAll(async () => {
  harness = await startHarness();
});
afterAll(() => harness.stop());

const { CREATED, UPDATED, UNCHANGED, SKIPPED, FAILED } = CrmRecordBatchOutcome;

type Options = { key?: string; caller?: typeof editor; target?: string; dedupeBy?: string[]; archive?: string[] } & {
  mode?: CrmRecordBatchMode;
  fillBlanks?: boolean;
  dryRun?: boolean;
};

async function write(rows: object[], { key, caller = editor, ...options }: Options = {}) {
  const request = { target: 'leads', dedupeBy: ['email'], rows: Buffer.from(JSON.stringify(rows)), ...options };
  const headers = key === undefined ? {} : { headers: { 'idempotency-key': key } };
  return harness.reach(CrmRecordBatchesService)(caller).writeCrmRecordBatch(request, headers);
}

const outcomes = ({ results }: Awaited<ReturnType<typeof write>>) => results.map(({ outcome }) => outcome);

test('a batch creates, changes and leaves alone, with the events of an import', async () => {
  const first = await write([{ email: 'One@example.com', first_name: 'One' }, { email: 'no address' }]);
  expect(outcomes(first)).toEqual([CREATED, FAILED]);
  expect(first.results[1]?.errors).toMatchObject([{ field: 'email', code: 'format' }]);
  const second = await write([
    { email: 'one@example.com', first_name: 'Uno' },
    { email: 'one@example.com', first_name: 'Uno' },
  ]);
  expect(outcomes(second)).toEqual([UPDATED, UNCHANGED]);
  const id = first.results[0]?.recordId ?? '';
  expect(second.results.map(({ recordId }) => recordId)).toEqual([id, id]);
  expect(await harness.eventsOf(`lead:${id}`, 2)).toEqual(['1 leadCreated', '2 leadUpdated']);
});

test('a repeat with the key of a batch answers what the first one did, and writes nothing', async () => {
  const rows = [{ email: 'once@example.com' }];
  const first = await write(rows, { key: 'run:1:0' });
  expect(outcomes(first)).toEqual([CREATED]);
  await harness.leads(editor).deleteCrmLead({ id: first.results[0]?.recordId ?? '' });
  expect(outcomes(await write(rows, { key: 'run:1:0' }))).toEqual([CREATED]);
  const { leads } = await harness.leads(editor).listCrmLeads({ q: 'once@example.com' });
  expect(leads).toEqual([]);
  expect(await refusal(write([{ email: 'other@example.com' }], { key: 'run:1:0' }))).toMatchObject({
    error: 'invalid idempotency_key_reused',
  });
});

test('two rows of one record are written in their order, so that the last one wins', async () => {
  const rows = ['First', 'Second', 'Third'].map((first_name) => ({ email: 'twice@example.com', first_name }));
  expect(outcomes(await write(rows))).toEqual([CREATED, UPDATED, UPDATED]);
  const { leads } = await harness.leads(editor).listCrmLeads({ q: 'twice@example.com' });
  expect(leads).toMatchObject([{ firstName: 'Third' }]);
});

test('the mode says which rows are written, and the others are skipped', async () => {
  await write([{ email: 'here@example.com', first_name: 'Here' }]);
  const rows = [{ email: 'here@example.com', first_name: 'Changed' }, { email: 'new@example.com' }];
  expect(outcomes(await write(rows, { mode: CrmRecordBatchMode.CREATE_ONLY, dryRun: true }))).toEqual([
    SKIPPED,
    CREATED,
  ]);
  expect(outcomes(await write(rows, { mode: CrmRecordBatchMode.UPDATE_ONLY }))).toEqual([UPDATED, SKIPPED]);
});

test('blanks alone are filled where values stay, those of custom fields too', async () => {
  await write([{ email: 'fill@example.com', first_name: 'Kept', 'custom.plan': 'pro' }]);
  const row = { email: 'fill@example.com', first_name: 'Lost', title: 'CTO', 'custom.plan': 'free', 'custom.seats': 4 };
  expect(outcomes(await write([row], { fillBlanks: true }))).toEqual([UPDATED]);
  const { leads } = await harness.leads(editor).listCrmLeads({ q: 'fill@example.com' });
  expect(leads).toMatchObject([{ firstName: 'Kept', title: 'CTO' }]);
  expect(JSON.parse(Buffer.from(leads[0]?.custom ?? []).toString())).toEqual({ plan: 'pro', seats: 4 });
});

test('a null clears, and an absent member stays', async () => {
  await write([{ email: 'clear@example.com', first_name: 'Gone', title: 'Stays' }]);
  expect(outcomes(await write([{ email: 'clear@example.com', first_name: null }]))).toEqual([UPDATED]);
  const { leads } = await harness.leads(editor).listCrmLeads({ q: 'clear@example.com' });
  expect(leads[0]?.firstName).toBeUndefined();
  expect(leads[0]?.title).toBe('Stays');
});

test('accounts are found by their domain in any case, and by no external id of another system', async () => {
  const options = { target: 'accounts', dedupeBy: ['domain'] };
  expect(outcomes(await write([{ name: 'Acme', domain: 'ACME.example' }], options))).toEqual([CREATED]);
  const row = { name: 'Acme', domain: 'acme.example', external_system: 'data_source_1', external_id: '7' };
  expect(outcomes(await write([row], options))).toEqual([UPDATED]);
  const other = { ...row, external_system: 'data_source_2' };
  expect(outcomes(await write([other], options))).toEqual([CREATED]);
});

test('records that are archived are deleted once, and only those of the organization', async () => {
  const made = await write([{ email: 'gone@example.com' }, { email: 'stays@example.com' }]);
  const archive = made.results.map(({ recordId }) => recordId).slice(0, 1);
  expect(await write([], { archive, caller: stranger })).toMatchObject({ archived: 0 });
  expect(await write([], { archive })).toMatchObject({ archived: 1 });
  expect(await write([], { archive })).toMatchObject({ archived: 0 });
});

test('a test key and a dry run write nothing, and say what would happen', async () => {
  const rows = [{ email: 'dry@example.com' }];
  expect(outcomes(await write(rows, { dryRun: true }))).toEqual([CREATED]);
  expect(outcomes(await write(rows, { caller: tester, key: 'test' }))).toEqual([CREATED]);
  expect(outcomes(await write(rows))).toEqual([CREATED]);
});

test('a person who was erased does not come back', async () => {
  const made = await write([{ email: 'erased@example.com', last_name: 'Person' }], { target: 'contacts' });
  const admin = { ...editor, role: 'admin' as const };
  await harness.contacts(admin).eraseCrmContact({ id: made.results[0]?.recordId ?? '' });
  const again = await write([{ email: 'Erased@example.com' }, { email: 'other@example.com' }], { target: 'contacts' });
  expect(outcomes(again)).toEqual([FAILED, CREATED]);
});

test('what is no batch is refused', async () => {
  expect(await refusal(write([], { target: 'users' }))).toMatchObject({ error: 'invalid validation_failed' });
  expect(await refusal(write(Array.from({ length: 501 }, () => ({}))))).toMatchObject({
    error: 'malformed malformed_json',
  });
  const request = { target: 'leads', rows: Buffer.from('{') };
  const call = harness.reach(CrmRecordBatchesService)(editor).writeCrmRecordBatch(request);
  expect(await refusal(call)).toMatchObject({ error: 'malformed malformed_json' });
});
