import { CrmActivityKind } from '@drippulse/proto/drippulse/crm/v1/activities_pb';
import { CrmStageType } from '@drippulse/proto/drippulse/crm/v1/opportunity_pipelines_pb';
import type { Caller } from '@drippulse/rpc';
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { found } from './collections.ts';
import { editor, type Harness, startHarness, stranger } from './harness.ts';
import { refusal } from './refusal.ts';
import { readExport, upload } from './transfers.ts';

let harness: Harness;
let elsewhere: Harness;
beforeAll(async () => {
  [harness, elsewhere] = await Promise.all([startHarness(), startHarness()]);
  await makeOneOfEach();
});
afterAll(async () => {
  await harness.stop();
  await elsewhere.stop();
});

async function makeOneOfEach(): Promise<void> {
  const account = found((await harness.accounts(editor).createCrmAccount({ name: 'Acme "Ä"' })).account);
  const contact = found(
    (await harness.contacts(editor).createCrmContact({ lastName: 'Lovelace', accountId: account.id })).contact,
  );
  const custom = new TextEncoder().encode('{"price":1.10}');
  const lead = found((await harness.leads(editor).createCrmLead({ email: 'a@example.com', custom, score: 0.5 })).lead);
  await harness.leads(editor).convertCrmLead({ id: lead.id, contactId: contact.id });
  const { pipelines } = await harness.pipelines(editor).listCrmOpportunityPipelines({});
  const won = found(pipelines[0]?.stages.find((stage) => stage.stageType === CrmStageType.WON));
  const { opportunity } = await harness.opportunities(editor).createCrmOpportunity({
    name: 'Forty seats',
    contactId: contact.id,
    pipelineStageId: won.id,
  });
  const opportunityId = found(opportunity).id;
  const note = { kind: CrmActivityKind.NOTE, subject: 'Met', leadId: lead.id, opportunityId };
  await harness.activities(editor).createCrmActivity(note);
  const gone = found((await harness.leads(editor).createCrmLead({ email: 'gone@example.com' })).lead);
  await harness.leads(editor).deleteCrmLead({ id: gone.id });
}

type Bundle = Record<string, Record<string, unknown>[]>;

async function exported(from: Harness, caller: Caller): Promise<string> {
  return readExport(from.bundles(caller).exportCrmRecords({}));
}

async function imported(into: Harness, caller: Caller, bundle: unknown, dryRun = false) {
  const text = typeof bundle === 'string' ? bundle : JSON.stringify(bundle);
  const { import: result } = await into.bundles(caller).importCrmRecords(upload(text, { dryRun, pieceBytes: 1000 }));
  return found(result);
}

/** Returns those members of an export that are the same in every installation. */
function portable(text: string): unknown {
  const own = new Set(['id', 'created_at', 'updated_at', 'deleted_at', 'closed_at', 'owner_id']);
  const { version, exported_at: _at, organization_id: _id, ...collections } = JSON.parse(text);
  const strip = (row: Record<string, unknown>) =>
    Object.fromEntries(
      Object.entries(row)
        .filter(([name]) => !own.has(name) && !(name.endsWith('_id') && !/public_id|external_id/.test(name)))
        .concat([['is_deleted', 'deleted_at' in row]]),
    );
  return {
    version,
    ...Object.fromEntries(Object.entries(collections as Bundle).map(([name, rows]) => [name, rows.map(strip)])),
  };
}

test('what one installation exports gives the same export in another', async () => {
  const bundle = await exported(harness, editor);
  expect(await imported(elsewhere, editor, bundle)).toMatchObject({ created: 6n, failed: 0n, errors: [] });
  const again = await exported(elsewhere, editor);
  expect(portable(again)).toEqual(portable(bundle));
  expect(bundle).toContain('"custom":{"price":1.10}');
  expect(again).toContain('"custom":{"price":1.10}');
});

test('the same bundle twice changes nothing', async () => {
  const bundle = await exported(harness, editor);
  await imported(elsewhere, editor, bundle);
  const { totalCount } = await elsewhere.changes(editor).listCrmChangeEvents({});
  for (const into of [elsewhere, harness]) {
    const answer = { created: 0n, updated: 0n, unchanged: 6n, failed: 0n };
    expect(await imported(into, editor, bundle)).toMatchObject(answer);
  }
  expect((await elsewhere.changes(editor).listCrmChangeEvents({})).totalCount).toBe(totalCount);
});

test('where another organization has the public ids the rows get their own, links follow, and twice changes nothing', async () => {
  const bundle = await exported(harness, editor);
  expect(await imported(harness, stranger, bundle)).toMatchObject({ created: 6n, failed: 0n });
  expect(await imported(harness, stranger, bundle)).toMatchObject({ created: 0n, updated: 0n, unchanged: 6n });
  const theirs = await exported(harness, stranger);
  // Exports list records in the order in which they were created, so records at the same position correspond to each
  // other.
  const [before, after]: Bundle[] = [JSON.parse(bundle), JSON.parse(theirs)];
  let renamed = bundle;
  for (const name of ['accounts', 'contacts', 'leads', 'opportunities', 'activities']) {
    for (const [place, { public_id: id }] of (before?.[name] ?? []).entries()) {
      const other = after?.[name]?.[place]?.['public_id'];
      expect(other).not.toBe(id);
      renamed = renamed.replaceAll(JSON.stringify(id), JSON.stringify(other));
    }
  }
  expect(portable(theirs)).toEqual(portable(renamed));
});

test('an export of many slices goes there and back as it was, with its links', async () => {
  const many: Caller = { ...editor, organizationId: 5n };
  const accounts = Array.from({ length: 700 }, (_, at) => ({ public_id: `acct_many${at}`, name: `Company ${at}` }));
  const contacts = Array.from({ length: 1_100 }, (_, at) => ({
    public_id: `cnt_many${at}`,
    email: `many${at % 900}@example.com`,
    account_public_id: `acct_many${(at * 7) % 700}`,
    external_system: 'their-crm',
    external_id: `m-${at}`,
    custom: { size: at },
  }));
  expect(await imported(harness, many, { accounts, contacts })).toMatchObject({ created: 1_800n, failed: 0n });
  const bundle = await exported(harness, many);
  expect(await imported(elsewhere, many, bundle)).toMatchObject({ created: 1_800n, failed: 0n });
  const there = await exported(elsewhere, many);
  expect(portable(there)).toEqual(portable(bundle));
  expect(await imported(harness, many, there)).toMatchObject({ created: 0n, updated: 0n, unchanged: 1_800n });
  expect(portable(await exported(harness, many))).toEqual(portable(bundle));
});

test('a part of a bundle changes the members it has and leaves the others', async () => {
  const { lead } = await harness.leads(editor).createCrmLead({ email: 'part@example.com', companyName: 'Kept' });
  const { publicId = '', id = '' } = lead ?? {};
  const bundle = { leads: [{ public_id: publicId, title: 'Director' }] };
  expect(await imported(harness, editor, bundle)).toMatchObject({ updated: 1n, failed: 0n });
  const after = await harness.leads(editor).getCrmLead({ id });
  expect(after.lead).toMatchObject({ email: 'part@example.com', companyName: 'Kept', title: 'Director' });
});

test('a row is found by its id elsewhere', async () => {
  const row = { external_system: 'hubspot', external_id: 'h-1', name: 'Initech' };
  expect(await imported(harness, editor, { accounts: [row] })).toMatchObject({ created: 1n });
  expect(await imported(harness, editor, { accounts: [{ ...row, phone: '1' }] })).toMatchObject({ updated: 1n });
});

test('the owner stays who it is here', async () => {
  const { lead } = await harness.leads(editor).createCrmLead({ email: 'owned@example.com', ownerId: 5n });
  const { publicId = '' } = lead ?? {};
  await imported(harness, editor, { leads: [{ public_id: publicId, owner_id: 77, title: 'Director' }] });
  const after = await harness.leads(editor).getCrmLead({ id: publicId });
  expect(after.lead).toMatchObject({ ownerId: 5n, title: 'Director' });
});

test('rows that are refused say where and why, and the others go in', async () => {
  const answer = await imported(harness, editor, {
    leads: [{ email: 'fine@example.com' }, { email: 'no address' }, 7, { first_name: 5 }],
    contacts: [{ last_name: 'Lost', account_public_id: 'acct_unknown' }],
    unknown: [1],
  });
  expect(answer).toMatchObject({ created: 1n, failed: 4n });
  expect(answer.errors.map(({ collection, row, field }) => `${collection} ${row} ${field}`)).toEqual([
    'leads 1 email',
    'leads 2 ',
    'leads 3 first_name',
    'contacts 0 account_public_id',
  ]);
});

test('a dry run says the same and writes nothing', async () => {
  const bundle = {
    accounts: [{ public_id: 'acct_dry', name: 'Dry' }],
    contacts: [{ last_name: 'Run', account_public_id: 'acct_dry' }],
  };
  expect(await imported(harness, editor, bundle, true)).toMatchObject({ created: 2n, failed: 0n, dryRun: true });
  expect((await harness.accounts(editor).listCrmAccounts({ q: 'acct_dry' })).totalCount).toBe(0n);
});

test('a bundle of 300,000 brackets is refused when it becomes too deep', async () => {
  for (const open of ['{"leads":[', '{"leads":', '{"x":{"y":']) {
    expect(await refusal(imported(harness, editor, open + '['.repeat(300_000)))).toMatchObject({
      error: 'malformed too_deep',
    });
  }
});

test('what is no bundle is refused', async () => {
  for (const text of ['[]', '{"leads":[', 'x']) {
    expect(await refusal(imported(harness, editor, text))).toMatchObject({ error: 'malformed malformed_json' });
  }
});
