import { LeadFormFieldType } from '@drippulse/proto/drippulse/crm/v1/lead_forms_pb';
import { Mode } from '@drippulse/proto/drippulse/rest/v1/mode_pb';
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { editor, type Harness, startHarness, stranger, tester } from './harness.ts';
import { createForm } from './lead-form.ts';
import { refusal } from './refusal.ts';

let harness: Harness;
beforeAll(async () => {
  harness = await startHarness();
  harness.workflows.set(12n, 1n);
  harness.workflows.set(13n, 1n);
  harness.testWorkflows.add(13n);
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
  ['fields of which a lead cannot be made', { fields: [{ name: 'custom.plan' }] }, 'fields'],
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

test('a test key makes test forms, changes those, and reads live ones without changing them', async () => {
  const live = await createForm(harness);
  const trial = await createForm(harness, { workflowId: 13n }, tester);
  expect([live.mode, trial.mode]).toEqual([Mode.LIVE, Mode.TEST]);
  expect((await forms(tester).getLeadForm({ id: live.id })).leadForm).toEqual(live);
  const changed = { name: 'Mine', updateMask: { paths: ['name'] } };
  for (const change of [
    forms(tester).updateLeadForm({ id: live.id, ...changed }),
    forms(tester).deleteLeadForm({ id: live.id }),
  ]) {
    expect(await refusal(change)).toMatchObject({ error: 'permission_denied test_mode' });
  }
  expect((await forms().getLeadForm({ id: live.id })).leadForm).toEqual(live);
  const { leadForm } = await forms(tester).updateLeadForm({ id: trial.id, ...changed });
  expect(leadForm).toMatchObject({ name: 'Mine', mode: Mode.TEST });
  const firstOf = async (caller: typeof editor, mode?: Mode) =>
    (await forms(caller).listLeadForms({ mode, limit: 1 })).leadForms.map(({ id }) => id);
  expect(await Promise.all([firstOf(editor), firstOf(tester, Mode.LIVE)])).toEqual([[live.id], [live.id]]);
  expect(await Promise.all([firstOf(tester), firstOf(editor, Mode.TEST)])).toEqual([[trial.id], [trial.id]]);
});

test('a live form names no test workflow', async () => {
  const refused = {
    error: 'invalid validation_failed',
    fields: { workflow_id: expect.stringMatching('test workflow') },
  };
  expect(await refusal(forms().createLeadForm({ name: 'W', workflowId: 13n }))).toMatchObject(refused);
  const { id } = await createForm(harness);
  const update = { id, workflowId: 13n, updateMask: { paths: ['workflow_id'] } };
  expect(await refusal(forms().updateLeadForm(update))).toMatchObject(refused);
  const trial = await createForm(harness, {}, tester);
  const { leadForm } = await forms().updateLeadForm({ ...update, id: trial.id });
  expect(leadForm).toMatchObject({ workflowId: 13n, mode: Mode.TEST });
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
