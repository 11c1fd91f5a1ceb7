import { timestampDate, timestampFromDate } from '@bufbuild/protobuf/wkt';
import { CrmActivityKind } from '@drippulse/proto/drippulse/crm/v1/activities_pb';
import { CrmLeadStatus } from '@drippulse/proto/drippulse/crm/v1/leads_pb';
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { found } from './collections.ts';
import { editor, type Harness, startHarness, stranger } from './harness.ts';
import { refusal } from './refusal.ts';

let harness: Harness;
beforeAll(async () => {
  harness = await startHarness();
});
afterAll(() => harness.stop());

const createLead = async (request: object) => found((await harness.leads(editor).createCrmLead(request)).lead);

test('a lead is new unless said, and company is another name of company_name', async () => {
  const lead = await createLead({ email: 'ada@example.com', company: 'Acme', score: 0.82 });
  expect(lead).toMatchObject({ status: CrmLeadStatus.NEW, companyName: 'Acme', score: 0.82 });
  const changed = await harness
    .leads(editor)
    .updateCrmLead({ id: lead.publicId, updateMask: { paths: ['company', 'score'] }, company: 'Initech' });
  expect(changed.lead).toMatchObject({ companyName: 'Initech', email: 'ada@example.com' });
  expect(changed.lead?.score).toBeUndefined();
  const both = await createLead({ company: 'Other', companyName: 'Wins' });
  expect(both.companyName).toBe('Wins');
});

test('all that is wrong with a record is said at once', async () => {
  const create = harness.leads(editor).createCrmLead({ email: 'no address', phone: '1'.repeat(51) });
  expect(await refusal(create)).toEqual({
    error: 'invalid validation_failed',
    fields: { email: 'must be a mail address', phone: 'must be at most 50 characters long' },
  });
  const nobody = { error: 'invalid validation_failed', fields: { email: expect.stringContaining('is required') } };
  expect(await refusal(harness.leads(editor).createCrmLead({ source: 'webinar' }))).toEqual(nobody);
  expect(await refusal(harness.contacts(editor).createCrmContact({}))).toEqual(nobody);
});

test('what a record needs cannot be cleared', async () => {
  const { id } = await createLead({ email: 'ada@example.com' });
  const clear = (paths: string[]) => refusal(harness.leads(editor).updateCrmLead({ id, updateMask: { paths } }));
  expect(await clear(['email'])).toMatchObject({ fields: { email: expect.stringContaining('is required') } });
  expect(await clear(['status'])).toMatchObject({ fields: { status: expect.stringContaining('must be one of new') } });
});

test('a link is made by UUID or public id, shows both, and is filtered by either', async () => {
  const account = found((await harness.accounts(editor).createCrmAccount({ name: 'Acme' })).account);
  for (const accountId of [account.id, account.publicId]) {
    const { contact } = await harness.contacts(editor).createCrmContact({ lastName: 'Lovelace', accountId });
    expect(contact).toMatchObject({ accountId: account.id, accountPublicId: account.publicId });
    const { totalCount } = await harness.contacts(editor).listCrmContacts({ accountId });
    expect(totalCount).toBeGreaterThan(0n);
  }
  const { contacts } = await harness.contacts(editor).listCrmContacts({ accountId: 'acct_unknown' });
  expect(contacts).toEqual([]);
});

test("a link to an unknown record, a deleted one and another organization's is refused alike", async () => {
  const foreign = found((await harness.accounts(stranger).createCrmAccount({ name: 'Theirs' })).account);
  const gone = found((await harness.accounts(editor).createCrmAccount({ name: 'Gone' })).account);
  await harness.accounts(editor).deleteCrmAccount({ id: gone.id });
  for (const accountId of [foreign.id, foreign.publicId, gone.id, 'acct_unknown', 'x']) {
    const create = harness.contacts(editor).createCrmContact({ lastName: 'Lost', accountId });
    expect(await refusal(create)).toEqual({ error: 'not_found account_not_found', fields: {} });
  }
});

test('an activity links to each kind of record and is filtered by them and by whether it is done', async () => {
  const lead = await createLead({ email: 'linked@example.com' });
  const dueAt = timestampFromDate(new Date('2027-01-02T03:04:05.678Z'));
  const { activity } = await harness
    .activities(editor)
    .createCrmActivity({ kind: CrmActivityKind.TASK, subject: 'Call back', leadId: lead.publicId, dueAt });
  expect(activity).toMatchObject({ kind: CrmActivityKind.TASK, leadId: lead.id, leadPublicId: lead.publicId });
  expect(timestampDate(found(activity?.dueAt)).toISOString()).toBe('2027-01-02T03:04:05.678Z');
  const open = { leadId: lead.id, completed: false, kind: CrmActivityKind.TASK };
  expect((await harness.activities(editor).listCrmActivities(open)).totalCount).toBe(1n);
  expect((await harness.activities(editor).listCrmActivities({ ...open, completed: true })).totalCount).toBe(0n);
});

test('an activity needs a kind', async () => {
  const create = harness.activities(editor).createCrmActivity({ subject: 'What?' });
  expect(await refusal(create)).toMatchObject({ fields: { kind: expect.stringContaining('must be one of call') } });
});

test('leads are filtered by status, by mail address in any case, and by when they changed', async () => {
  const lead = await createLead({ email: 'Filter@Example.com', status: CrmLeadStatus.WORKING });
  const count = async (filter: object) => (await harness.leads(editor).listCrmLeads(filter)).totalCount;
  expect(await count({ status: CrmLeadStatus.WORKING, email: 'filter@example.COM' })).toBe(1n);
  expect(await count({ status: CrmLeadStatus.NEW, email: 'filter@example.com' })).toBe(0n);
  expect(await count({ email: 'filter@example.com', updatedSince: lead.updatedAt })).toBe(1n);
  const later = timestampFromDate(new Date(timestampDate(found(lead.updatedAt)).getTime() + 1));
  expect(await count({ email: 'filter@example.com', updatedSince: later })).toBe(0n);
});

test('an order by a column that may be empty is walked page by page too', async () => {
  const best = await createLead({ email: 'best@example.com', score: 0.82 });
  for (const sort of ['score', '-score', 'email', '-last_name']) {
    const ids: (string | undefined)[] = [];
    let cursor: string | undefined;
    do {
      const page = await harness.leads(editor).listCrmLeads({ limit: 2, sort, ...(cursor && { cursor }) });
      ids.push(...page.leads.map((lead) => lead.id));
      cursor = page.nextCursor;
    } while (cursor !== undefined);
    const { totalCount } = await harness.leads(editor).listCrmLeads({});
    expect(new Set(ids).size).toBe(Number(totalCount));
  }
  const { leads } = await harness.leads(editor).listCrmLeads({ sort: '-score' });
  expect(leads[0]?.id).toBe(best.id);
});
