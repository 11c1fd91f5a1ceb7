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

async function createLead(fields: object): Promise<string> {
  return found((await harness.leads(editor).createCrmLead(fields)).lead).publicId;
}

const convert = (id: string, request: object = {}, caller = editor) =>
  harness.leads(caller).convertCrmLead({ id, ...request });

test('a lead becomes a contact with an account and, if asked, an opportunity', async () => {
  const id = await createLead({ email: 'ada@example.com', firstName: 'Ada', company: 'Acme', ownerId: 9n });
  const { lead, contact, account, opportunity } = await convert(id, { createOpportunity: true, amountCents: 500n });
  expect(account).toMatchObject({ name: 'Acme', ownerId: 9n });
  expect(contact).toMatchObject({ email: 'ada@example.com', firstName: 'Ada', accountId: account?.id });
  expect(opportunity).toMatchObject({
    name: 'Acme',
    amountCents: 500n,
    accountId: account?.id,
    contactId: contact?.id,
  });
  expect(lead).toMatchObject({ status: CrmLeadStatus.CONVERTED, contactId: contact?.id });
  expect(lead?.contactPublicId).toBe(contact?.publicId);
  expect(lead?.convertedAt).toBeDefined();
});

test('whom we know already is linked, in whatever case, and nobody is made twice', async () => {
  const known = await harness.contacts(editor).createCrmContact({ email: 'Known@Example.com' });
  const id = await createLead({ email: 'known@example.com', company: 'ACME' });
  const { contact, account, opportunity } = await convert(id);
  expect(contact?.id).toBe(known.contact?.id);
  expect(account?.name).toBe('Acme');
  expect(contact?.accountId).toBe(account?.id);
  expect(opportunity).toBeUndefined();
});

test('two leads of one person, converted at once, become one contact', async () => {
  const ids = await Promise.all([1, 2, 3].map(() => createLead({ email: 'twin@example.com', company: 'Twins' })));
  const answers = await Promise.all(ids.map((id) => convert(id)));
  expect(new Set(answers.map(({ contact }) => contact?.id)).size).toBe(1);
  expect(new Set(answers.map(({ account }) => account?.id)).size).toBe(1);
});

test('a lead is converted once', async () => {
  const id = await createLead({ email: 'once@example.com' });
  expect((await convert(id)).account).toBeUndefined();
  expect(await refusal(convert(id))).toMatchObject({ error: 'failed_precondition lead_already_converted' });
});

test('a conversion that is refused leaves nothing behind', async () => {
  const id = await createLead({ company: 'Left behind' });
  expect(await refusal(convert(id))).toMatchObject({ fields: { email: expect.stringContaining('is required') } });
  const { accounts } = await harness.accounts(editor).listCrmAccounts({ q: 'Left behind' });
  expect(accounts).toEqual([]);
});

test('records of another organization are not found, and its leads neither', async () => {
  const id = await createLead({ email: 'theirs@example.com' });
  const foreign = found((await harness.accounts(stranger).createCrmAccount({ name: 'Theirs' })).account).id;
  expect(await refusal(convert(id, {}, stranger))).toMatchObject({ error: 'not_found lead_not_found' });
  expect(await refusal(convert(id, { accountId: foreign }))).toMatchObject({ error: 'not_found account_not_found' });
  expect(await refusal(convert(id, { contactId: foreign }))).toMatchObject({ error: 'not_found contact_not_found' });
});
