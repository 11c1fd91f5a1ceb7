import { LeadFormFieldType } from '@drippulse/proto/drippulse/crm/v1/lead_forms_pb';
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { editor, type Harness, startHarness, stranger } from './harness.ts';
import { createForm } from './lead-form.ts';
import { refusal } from './refusal.ts';

let harness: Harness;
beforeAll(async () => {
  harness = await startHarness();
  harness.workflows.set(12n, 1n);
});
afterAll(() => harness.stop());

const forms = (caller = editor) => harness.leadForms(caller);

test('a form needs nothing but a name, and has an address that nobody guesses', async () => {
  const form = await createForm(harness);
  expect(form).toMatchObject({
    title: 'Website',
    submitLabel: 'Send',
    source: 'lead_form',
    active: true,
    hcaptchaRequired: false,
    submissionCount: 0n,
    publicPath: `/public/lead_forms/${form.token}`,
    token: expect.stringMatching(/^[\w-]{24}$/),
  });
  expect(form.fields.map(({ name, type, required }) => [name, type, required])).toEqual([
    ['first_name', LeadFormFieldType.TEXT, false],
    ['last_name', LeadFormFieldType.TEXT, false],
    ['email', LeadFormFieldType.EMAIL, true],
    ['company_name', LeadFormFieldType.TEXT, false],
  ]);
  expect((await createForm(harness)).token).not.toBe(form.token);
});

test('an update changes what is present, null gives the default back, and the address stays', async () => {
  const form = await createForm(harness, {
    title: 'Talk to us',
    workflowId: 12n,
    redirectUrl: 'https://example.com/thanks',
  });
  const { leadForm } = await forms().updateLeadForm({
    id: form.id,
    submitLabel: 'Go',
    fields: [
      { name: 'email', label: 'Mail' },
      { name: 'custom.plan', type: LeadFormFieldType.SELECT, options: ['a', 'b'] },
    ],
    updateMask: { paths: ['submit_label', 'title', 'workflow_id', 'fields'] },
  });
  expect(leadForm).toMatchObject({
    title: 'Website',
    submitLabel: 'Go',
    token: form.token,
    redirectUrl: form.redirectUrl,
  });
  expect(leadForm?.workflowId).toBeUndefined();
  expect(leadForm?.fields).toMatchObject([
    { name: 'email', label: 'Mail', type: LeadFormFieldType.EMAIL },
    { name: 'custom.plan', label: 'plan', options: ['a', 'b'] },
  ]);
});

test.each([
  ['an empty name', { name: ' ' }, 'name'],
  ['a redirect to what is no page', { redirectUrl: 'javascript:alert(1)' }, 'redirect_url'],
  ['a redirect with a user name', { redirectUrl: 'https://a:b@example.com' }, 'redirect_url'],
  ['a field that leads do not have', { fields: [{ name: 'email' }, { name: 'shoe_size' }] }, 'fields.1.name'],
  ['a field twice', { fields: [{ name: 'email' }, { name: 'email' }] }, 'fields.1.name'],
  ['a select without options', { fields: [{ name: 'email', type: LeadFormFieldType.SELECT }] }, 'fields.0.options'],
  ['fields of which a lead can not be made', { fields: [{ name: 'custom.plan' }] }, 'fields'],
])('%s is refused', async (_name, request, field) => {
  const refused = await refusal(forms().createLeadForm({ name: 'Website', ...request }));
  expect(refused).toMatchObject({ error: 'invalid validation_failed', fields: { [field]: expect.any(String) } });
});

test('a workflow that the organization does not have is refused, and hCaptcha where the server has none', async () => {
  expect(await refusal(forms().createLeadForm({ name: 'W', workflowId: 99n }))).toMatchObject({
    error: 'not_found workflow_not_found',
  });
  expect(await refusal(forms(stranger).createLeadForm({ name: 'W', workflowId: 12n }))).toMatchObject({
    error: 'not_found workflow_not_found',
  });
  expect(await refusal(forms().createLeadForm({ name: 'W', hcaptchaRequired: true }))).toMatchObject({
    error: 'failed_precondition hcaptcha_not_configured',
  });
});

test('forms are listed newest first, page by page, those of others and deleted ones left out', async () => {
  const [one, two, three] = [await createForm(harness), await createForm(harness), await createForm(harness)];
  await forms().deleteLeadForm({ id: two.id });
  const page = await forms().listLeadForms({ limit: 1 });
  expect(page.leadForms.map(({ id }) => id)).toEqual([three.id]);
  const next = await forms().listLeadForms({ limit: 1, cursor: page.nextCursor });
  expect(next.leadForms.map(({ id }) => id)).toEqual([one.id]);
  expect((await forms(stranger).listLeadForms({})).leadForms).toEqual([]);
});

test('a form of another organization, a deleted and an unknown one answer alike', async () => {
  const { id } = await createForm(harness);
  const deleted = await createForm(harness);
  await forms().deleteLeadForm({ id: deleted.id });
  const notFound = { error: 'not_found lead_form_not_found' };
  for (const asking of [
    forms(stranger).getLeadForm({ id }),
    forms(stranger).updateLeadForm({ id, name: 'x', updateMask: { paths: ['name'] } }),
    forms(stranger).deleteLeadForm({ id }),
    forms().getLeadForm({ id: deleted.id }),
    forms().deleteLeadForm({ id: deleted.id }),
    forms().getLeadForm({ id: 987_654n }),
  ]) {
    expect(await refusal(asking)).toMatchObject(notFound);
  }
  expect((await forms().getLeadForm({ id })).leadForm?.name).toBe('Website');
});
