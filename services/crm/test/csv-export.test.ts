import { CrmStageType } from '@drippulse/proto/drippulse/crm/v1/opportunity_pipelines_pb';
import type { Caller } from '@drippulse/rpc';
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { parse } from 'csv-parse/sync';
import fc from 'fast-check';
import { found } from './collections.ts';
import { anonymous, editor, type Harness, startHarness, stranger } from './harness.ts';
import { createForm } from './lead-form.ts';
import { refusal } from './refusal.ts';
import { readExport, upload } from './transfers.ts';

let harness: Harness;
let elsewhere: Harness;
beforeAll(async () => {
  [harness, elsewhere] = await Promise.all([startHarness(), startHarness()]);
  const account = found((await harness.accounts(editor).createCrmAccount({ name: '=SUM(A1)' })).account);
  const custom = new TextEncoder().encode('{"price":1.10,"tags":["a,b"]}');
  const contact = { lastName: "'=kept", phone: '+49 30 1', title: 'a "b"\nc;d', accountId: account.id, custom };
  await harness.contacts(editor).createCrmContact(contact);
  const twins = { email: 'twin@example.com' };
  await harness.contacts(editor).createCrmContact(twins);
  await harness.contacts(editor).createCrmContact(twins);
  const { pipelines } = await harness.pipelines(editor).listCrmOpportunityPipelines({});
  const won = found(pipelines[0]?.stages.find((stage) => stage.stageType === CrmStageType.WON));
  const sale = { name: 'Forty seats', accountId: account.id, pipelineStageId: won.id, amountCents: -5n };
  await harness.opportunities(editor).createCrmOpportunity(sale);
  await harness.leads(editor).createCrmLead({ email: 'a@example.com', score: -0.5 });
  const gone = found((await harness.leads(editor).createCrmLead({ email: 'gone@example.com' })).lead);
  await harness.leads(editor).deleteCrmLead({ id: gone.id });
});
afterAll(async () => {
  await harness.stop();
  await elsewhere.stop();
});

async function exported(from: Harness, caller: Caller, collection: string): Promise<string> {
  return readExport(from.bundles(caller).exportCrmCsv({ collection }));
}

function imports(into: Harness, caller: Caller) {
  return {
    accounts: (text: string) => into.accounts(caller).importCrmAccountsCsv(upload(text)),
    contacts: (text: string) => into.contacts(caller).importCrmContactsCsv(upload(text)),
    leads: (text: string) => into.leads(caller).importCrmLeadsCsv(upload(text)),
    opportunities: (text: string) => into.opportunities(caller).importCrmOpportunitiesCsv(upload(text)),
  };
}

/** Returns the rows without the columns that differ between installations. */
function portable(text: string): Record<string, string>[] {
  const rows: Record<string, string>[] = parse(text, { columns: true });
  const isOwn = (name: string) =>
    /_at$/.test(name) || name === 'id' || (name.endsWith('_id') && !/public_id|external_id/.test(name));
  return rows.map((row) => ({
    ...Object.fromEntries(Object.entries(row).filter(([name]) => !isOwn(name))),
    is_deleted: String(row['deleted_at'] !== ''),
  }));
}

test('what one installation exports as files gives the same files in another, and changes nothing at home', async () => {
  for (const [collection, send] of Object.entries(imports(elsewhere, editor))) {
    const file = await exported(harness, editor, collection);
    expect((await send(file)).import).toMatchObject({ failed: 0n, updated: 0n, unchanged: 0n });
    const again = await exported(elsewhere, editor, collection);
    expect(portable(again)).toEqual(portable(file));
    expect(portable(file).length).toBeGreaterThan(0);
  }
  for (const [collection, send] of Object.entries(imports(harness, editor))) {
    const { import: result } = await send(await exported(harness, editor, collection));
    expect(result).toMatchObject({ created: 0n, updated: 0n, failed: 0n });
  }
});

test('where another organization has the public ids, links follow from file to file', async () => {
  for (const [collection, send] of Object.entries(imports(harness, stranger))) {
    expect((await send(await exported(harness, editor, collection))).import).toMatchObject({ failed: 0n });
  }
  const [account] = portable(await exported(harness, stranger, 'accounts'));
  const [contact] = portable(await exported(harness, stranger, 'contacts'));
  expect(found(contact)['account_public_id']).toBe(found(account)['public_id']);
  expect(found(account)['public_id']).not.toBe(portable(await exported(harness, editor, 'accounts'))[0]?.['public_id']);
});

test('no cell is a formula to a spreadsheet', async () => {
  for (const collection of ['accounts', 'contacts', 'leads', 'opportunities']) {
    const rows: string[][] = parse(await exported(harness, editor, collection));
    for (const cell of rows.flat()) expect(cell).not.toMatch(/^[=+\-@\t\r]/);
  }
});

test('a collection that there is not is refused', async () => {
  expect(await refusal(exported(harness, editor, 'deals'))).toMatchObject({ error: 'invalid validation_failed' });
});

test('random texts come back from a file as they were', async () => {
  const third = { ...editor, organizationId: 3n };
  const nasty = fc.constantFrom(...'\'"=+-@＝\t\r\n,; \u00a0\u2028aé\u{1f600}');
  const text = fc.string({ unit: nasty, minLength: 1, maxLength: 12 });
  const custom = fc.dictionary(fc.constantFrom('plan', 'Größe', 'a,b', '=x'), text);
  const sampled = fc.sample(fc.record({ last_name: text, title: text, phone: text, custom }), 40);
  // The phone numbers differ, because equal rows without a key would be one record.
  const contacts = sampled.map((contact, index) => ({ ...contact, phone: `${contact.phone}${index}` }));
  const bundle = JSON.stringify({ contacts });
  const { import: made } = await harness.bundles(third).importCrmRecords(upload(bundle));
  expect(made).toMatchObject({ created: 40n, failed: 0n });
  const file = await exported(harness, third, 'contacts');
  const sent = portable(file)
    .filter(({ is_deleted }) => is_deleted === 'false')
    .slice(-40);
  expect(sent.map(({ last_name, title, phone }) => ({ last_name, title, phone })).map(unguarded)).toEqual(
    contacts.map(({ last_name, title, phone }) => ({ last_name, title, phone })),
  );
  const { import: read } = await elsewhere.contacts(third).importCrmContactsCsv(upload(file, { pieceBytes: 7 }));
  expect(read).toMatchObject({ failed: 0n, updated: 0n });
  expect(portable(await exported(elsewhere, third, 'contacts'))).toEqual(portable(file));
});

/** Returns the cells without the apostrophe before formulas, as docs/security.md describes it. */
function unguarded(cells: Record<string, string | undefined>) {
  return Object.fromEntries(
    Object.entries(cells).map(([name, cell]) => [name, cell?.replace(/^'(?='*[=+\-@\t\r\n＝])/, '')]),
  );
}

test('a form starts no row of the export with a formula', async () => {
  const { token } = await createForm(harness);
  const lastName = 'x\n=HYPERLINK("https://evil.example","open")';
  const body = {
    contentType: 'application/x-www-form-urlencoded',
    data: Buffer.from(new URLSearchParams({ email: 'form@example.com', last_name: lastName }).toString()),
  };
  await harness.publicForms(anonymous).submitLeadForm({ token, body });
  const file = await exported(harness, editor, 'leads');
  const lines: string[][] = parse(file, { record_delimiter: ['\r\n', '\n'] });
  expect(lines.flat().filter((cell) => cell.startsWith('='))).toEqual([]);
  const { import: read } = await elsewhere.leads(editor).importCrmLeadsCsv(upload(file));
  expect(read).toMatchObject({ failed: 0n });
  const { leads } = await elsewhere.leads(editor).listCrmLeads({ email: 'form@example.com' });
  expect(leads).toMatchObject([{ lastName }]);
});
