import { DomainError } from '@drippulse/errors';
import { CrmImportStatus } from '@drippulse/proto/drippulse/crm/v1/imports_pb';
import { eventually } from '@drippulse/testing';
import { afterAll, beforeAll, beforeEach, expect, test } from '@jest/globals';
import { sql } from 'kysely';
import { found } from './collections.ts';
import { anonymous, editor, type Harness, startHarness } from './harness.ts';
import { createForm } from './lead-form.ts';
import { refusal } from './refusal.ts';
import { upload } from './transfers.ts';

const cause = 'enrollment:12:4711';
/** Headers of a request that the gateway passes on as a continuation of a chain. */
const within = { 'x-cause': `1 ${cause}` };

let harness: Harness;
beforeAll(async () => {
  harness = await startHarness();
  harness.workflows.set(12n, 1n);
});
beforeEach(() => {
  harness.counted.splice(0);
  harness.published.splice(0);
});
afterAll(() => harness.stop());

const causes = () => harness.published.map((event) => event.cause);
const csvOf = (...emails: string[]) => ['email', ...emails, ''].join('\n');
const leadsBy = async (email: string) => (await harness.leads(editor).listCrmLeads({ email })).leads.length;

test('records of a request that continues a chain are counted once, and their events say so', async () => {
  const headers = { ...within, 'idempotency-key': 'once' };
  for (let time = 0; time < 2; time += 1) {
    await harness.leads(editor).createCrmLead({ email: 'once@example.com' }, { headers });
  }
  await harness.leads(editor).createCrmLead({ email: 'root@example.com' });
  await eventually(() => expect(causes().toSorted()).toEqual(['', cause]));
  expect(harness.counted).toEqual([{ organizationId: 1n, cause, records: 1 }]);
});

test('a change of a record continues the chain and counts nothing', async () => {
  const { lead } = await harness.leads(editor).createCrmLead({ email: 'old@example.com' });
  const request = { id: found(lead).id, score: 3, updateMask: { paths: ['score'] } };
  await harness.leads(editor).updateCrmLead(request, { headers: within });
  await eventually(() => expect(causes()).toEqual(['', cause]));
  expect(harness.counted).toEqual([]);
});

test('a step of a workflow was counted before, and its events continue the chain', async () => {
  const step = { ...editor, actor: { type: 'workflow', id: '12', hops: 1 } } as const;
  await harness.leads(step).createCrmLead({ email: 'step@example.com' }, { headers: within });
  await eventually(() => expect(causes()).toEqual([cause]));
  expect(harness.counted).toEqual([]);
});

test('what the budget of a chain does not cover is refused whole', async () => {
  const refuse = () =>
    harness.countFailures.push(new DomainError('failed_precondition', 'chain_cut', 'The chain was cut.'));
  refuse();
  const created = harness.leads(editor).createCrmLead({ email: 'over@example.com' }, { headers: within });
  expect(await refusal(created)).toMatchObject({ error: 'failed_precondition chain_cut' });
  refuse();
  const imported = harness.leads(editor).importCrmLeadsCsv(upload(csvOf('over@example.com')), { headers: within });
  expect(await refusal(imported)).toMatchObject({ error: 'failed_precondition chain_cut' });
  expect(await leadsBy('over@example.com')).toBe(0);
});

test('no record is locked while the chain is counted', async () => {
  const locks: unknown[] = [];
  harness.onCount.call = async () => {
    const { rows } = await sql`
      select relation::regclass::text as table, mode from pg_locks
      where relation = 'leads'::regclass and mode = 'RowExclusiveLock'
        and database = (select oid from pg_database where datname = current_database())`.execute(harness.db);
    locks.push(...rows);
  };
  await harness.leads(editor).createCrmLead({ email: 'l1@example.com' }, { headers: within });
  await harness.leads(editor).importCrmLeadsCsv(upload(csvOf('l2@example.com')), { headers: within });
  const later = { ...within, prefer: 'respond-async' };
  await harness.leads(editor).importCrmLeadsCsv(upload(csvOf('l3@example.com')), { headers: later });
  await eventually(() => expect(harness.counted).toHaveLength(3));
  delete harness.onCount.call;
  expect(locks).toEqual([]);
});

test('a later import that the budget does not cover has failed with the reason', async () => {
  harness.countFailures.push(new DomainError('failed_precondition', 'chain_cut', 'The chain was cut.'));
  const headers = { ...within, prefer: 'respond-async' };
  await harness.leads(editor).importCrmLeadsCsv(upload(csvOf('never@example.com')), { headers });
  await eventually(async () => {
    const { imports } = await harness.imports(editor).listCrmImports({});
    expect(imports[0]).toMatchObject({ status: CrmImportStatus.FAILED, error: 'chain_cut' });
  });
  expect(await leadsBy('never@example.com')).toBe(0);
});

test('an import that continues a chain counts its new records, now or later, and a dry run none', async () => {
  const file = csvOf('i1@example.com', 'i2@example.com');
  await harness.leads(editor).importCrmLeadsCsv(upload(file, { dryRun: true }), { headers: within });
  expect(harness.counted).toEqual([]);
  for (let time = 0; time < 2; time += 1)
    await harness.leads(editor).importCrmLeadsCsv(upload(file), { headers: within });
  expect(harness.counted).toEqual([{ organizationId: 1n, cause, records: 2 }]);
  const headers = { ...within, prefer: 'respond-async' };
  await harness.leads(editor).importCrmLeadsCsv(upload(csvOf('i3@example.com')), { headers });
  await eventually(() => expect(harness.counted).toHaveLength(2));
  await eventually(() => expect(causes()).toEqual([cause, cause, cause]));
});

test('a submission of a form continues the chain, with its lead and with its enrollment', async () => {
  const { token } = await createForm(harness, { workflowId: 12n });
  const body = { contentType: 'application/json', data: Buffer.from('{"email":"form@example.com"}') };
  await harness.publicForms(anonymous).submitLeadForm({ token, body }, { headers: within });
  await eventually(() => expect(harness.enrolled).toMatchObject([{ workflowId: 12n, cause: `1 ${cause}` }]));
  expect(harness.counted).toEqual([{ organizationId: 1n, cause, records: 1 }]);
  await eventually(() => expect(causes()).toEqual([cause]));
});
