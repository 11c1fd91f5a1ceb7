import { DomainError } from '@drippulse/errors';
import { LeadFormFieldType } from '@drippulse/proto/drippulse/crm/v1/lead_forms_pb';
import { Mode } from '@drippulse/proto/drippulse/rest/v1/mode_pb';
import { eventually, type Receiver, startReceiver } from '@drippulse/testing';
import { afterAll, beforeAll, beforeEach, expect, test } from '@jest/globals';
import { forgetSubmissions } from '../src/loops/forget-submissions.ts';
import { anonymous, editor, type Harness, startHarness, tester } from './harness.ts';
import { createForm } from './lead-form.ts';
import { refusal } from './refusal.ts';

let verifier: Receiver;
let harness: Harness;
beforeAll(async () => {
  verifier = await startReceiver();
  harness = await startHarness({
    hcaptcha: { siteKey: 'site-key', secret: 'hush', verifyUrl: `${verifier.url}/siteverify`, isOwnUrl: true },
  });
  harness.workflows.set(12n, 1n);
});
beforeEach(() => void harness.enrolled.splice(0));
afterAll(async () => {
  await harness.stop();
  await verifier.stop();
});

const json = (value: unknown) => ({ contentType: 'application/json', data: Buffer.from(JSON.stringify(value)) });
const urlencoded = (values: Record<string, string>) => ({
  contentType: 'application/x-www-form-urlencoded; charset=utf-8',
  data: Buffer.from(new URLSearchParams(values).toString()),
});

/** Sends a submission in the same way as the gateway, and reads the answer. */
async function send(token: string, body: { contentType: string; data: Buffer }, accept = 'text/html,*/*;q=0.8') {
  let headers = new Headers();
  const options = {
    headers: { 'x-client-address': '203.0.113.9', accept },
    onHeader(given: Headers) {
      headers = given;
    },
  };
  const { answer } = await harness.publicForms(anonymous).submitLeadForm({ token, body }, options);
  return {
    status: Number(headers.get('x-http-status')),
    policy: headers.get('content-security-policy'),
    location: headers.get('location'),
    contentType: answer?.contentType,
    text: Buffer.from(answer?.data ?? []).toString(),
  };
}

async function show(token: string, accept = 'text/html') {
  let headers = new Headers();
  const options = {
    headers: { accept },
    onHeader(given: Headers) {
      headers = given;
    },
  };
  const { page } = await harness.publicForms(anonymous).showLeadForm({ token }, options);
  return {
    status: Number(headers.get('x-http-status')),
    policy: headers.get('content-security-policy') ?? '',
    html: Buffer.from(page?.data ?? []).toString(),
  };
}

const leadsBy = async (email: string) => (await harness.leads(editor).listCrmLeads({ email })).leads;

test('the page needs nothing from elsewhere, names each field, and escapes what people wrote', async () => {
  const { token } = await createForm(harness, {
    title: 'Say <hello>',
    description: 'a & b',
    fields: [
      { name: 'email', required: true },
      { name: 'custom.plan', label: 'Plan', type: LeadFormFieldType.SELECT, options: ['"a"', 'b'] },
    ],
  });
  const { status, policy, html } = await show(token);
  expect(status).toBe(200);
  expect(policy).toMatch(
    /^default-src 'none'; style-src 'sha256-[^']+'; base-uri 'none'; frame-ancestors 'none'; form-action 'self'$/,
  );
  expect(html).toContain('<h1>Say &lt;hello&gt;</h1>');
  expect(html).toContain(
    '<label for="field-0">Email <span aria-hidden="true">*</span></label><input type="email" id="field-0" name="email" required autocomplete="email" value="">',
  );
  expect(html).toContain('<option value="&quot;a&quot;">&quot;a&quot;</option>');
  expect(html).not.toMatch(/https?:|<script|<link|<img/);
  expect(html).not.toBe((await show(token)).html);
});

test('a submission makes an ordinary lead by the actor lead_form, and says thank you', async () => {
  const form = await createForm(harness, { thankYouText: 'Thanks <3', source: 'website' });
  const answer = await send(
    form.token,
    urlencoded({ email: ' ada@example.com ', first_name: 'Ada', status: 'qualified', submission_id: 's-1' }),
  );
  expect(answer).toMatchObject({ status: 200, contentType: 'text/html; charset=utf-8' });
  expect(answer.text).toContain('Thanks &lt;3');
  const [lead, ...more] = await leadsBy('ada@example.com');
  expect(more).toEqual([]);
  expect(lead).toMatchObject({ firstName: 'Ada', source: 'website', status: 1 });
  const { changeEvents } = await harness.changes(editor).listCrmChangeEvents({ recordId: lead?.id });
  expect(changeEvents).toMatchObject([{ action: 'created', actorType: 'lead_form', actorId: String(form.id) }]);
  expect(await harness.eventsOf(`lead:${lead?.id}`, 1)).toEqual(['1 leadCreated']);
  expect((await harness.leadForms(editor).getLeadForm({ id: form.id })).leadForm).toMatchObject({
    submissionCount: 1n,
  });
});

test('the same sent again makes nothing, what was corrected makes another lead', async () => {
  const { token } = await createForm(harness);
  const values = { email: 'again@example.com', submission_id: 's-2' };
  const answers = await Promise.all([1, 2, 3].map(() => send(token, urlencoded(values))));
  expect(answers.map(({ status }) => status)).toEqual([200, 200, 200]);
  expect(await leadsBy('again@example.com')).toHaveLength(1);
  await send(token, urlencoded({ ...values, first_name: 'Ada' }));
  expect(await leadsBy('again@example.com')).toHaveLength(2);
});

test('JSON and multipart are taken too, custom fields by their kind', async () => {
  for (const [key, type] of [
    ['seats', 2],
    ['agreed', 3],
  ] as const) {
    await harness.customFields(editor).createCrmCustomField({ recordType: 'lead', key, type });
  }
  const fields = [
    { name: 'email' },
    { name: 'custom.seats' },
    { name: 'custom.agreed', type: LeadFormFieldType.CHECKBOX },
  ];
  const { token } = await createForm(harness, { fields, redirectUrl: 'https://example.com/thanks' });
  const answer = await send(
    token,
    json({ email: 'json@example.com', custom: { seats: 40, agreed: true }, submission_id: 's-3' }),
  );
  expect(answer).toMatchObject({ status: 201, contentType: 'application/json; charset=utf-8' });
  expect(JSON.parse(answer.text)).toEqual({
    status: 'accepted',
    submission_id: 's-3',
    message: 'Thank you. We have received your message.',
    redirect_url: 'https://example.com/thanks',
  });
  const parts = ['email', 'multi@example.com', 'custom.seats', '12'];
  const text = `--b\r\ncontent-disposition: form-data; name="${parts[0]}"\r\n\r\n${parts[1]}\r\n--b\r\ncontent-disposition: form-data; name="${parts[2]}"\r\n\r\n${parts[3]}\r\n--b--\r\n`;
  const sent = await send(token, { contentType: 'multipart/form-data; boundary=b', data: Buffer.from(text) });
  expect(sent).toMatchObject({ status: 303, location: 'https://example.com/thanks' });
  const customOf = async (email: string) => Buffer.from((await leadsBy(email))[0]?.custom ?? []).toString();
  expect(JSON.parse(await customOf('json@example.com'))).toEqual({ seats: 40, agreed: true });
  expect(JSON.parse(await customOf('multi@example.com'))).toEqual({ seats: 12, agreed: false });
});

test('what is wrong is said beside its field, with all that was filled in, and nothing is made', async () => {
  const { token } = await createForm(harness);
  const answer = await send(token, urlencoded({ email: 'no address', first_name: '<Ada>', submission_id: 's-4' }));
  expect(answer.status).toBe(422);
  expect(answer.text).toContain('<div role="alert">');
  expect(answer.text).toContain('aria-invalid="true" aria-describedby="field-2-problem"');
  expect(answer.text).toContain('value="&lt;Ada&gt;"');
  expect(answer.text).toContain('value="s-4"');
  expect(await refusal(send(token, json({ first_name: 'Ada' })))).toMatchObject({
    error: 'invalid validation_failed',
    fields: { email: 'is required' },
  });
  expect(await refusal(send(token, { contentType: 'text/plain', data: Buffer.from('hi') }))).toMatchObject({
    error: 'malformed unsupported_media_type',
  });
  expect(await refusal(send(token, { contentType: 'application/json', data: Buffer.from('[1]') }))).toMatchObject({
    error: 'malformed malformed_json',
  });
  expect(await refusal(send(token, json({ email: 'a\0@example.com' })))).toMatchObject({
    error: 'invalid validation_failed',
  });
  expect((await harness.leads(editor).listCrmLeads({ q: '<ada>' })).leads).toEqual([]);
});

test('a program that fills in what no person sees is thanked, and makes nothing', async () => {
  const { token } = await createForm(harness);
  const answer = await send(token, urlencoded({ email: 'bot@example.com', fax_number: '1' }));
  expect(answer.status).toBe(200);
  expect(await leadsBy('bot@example.com')).toEqual([]);
});

test('a form that is closed or deleted, and one that never was, answer alike', async () => {
  const closed = await createForm(harness, { active: false });
  const deleted = await createForm(harness);
  await harness.leadForms(editor).deleteLeadForm({ id: deleted.id });
  for (const token of [closed.token, deleted.token, 'never-was']) {
    expect(await show(token)).toMatchObject({ status: 404, html: expect.stringContaining('does not exist') });
    expect(await send(token, urlencoded({ email: 'a@b.c' }))).toMatchObject({ status: 404 });
    const refused = { error: 'not_found lead_form_not_found' };
    expect(await refusal(show(token, 'application/json'))).toMatchObject(refused);
    expect(await refusal(send(token, json({ email: 'a@b.c' })))).toMatchObject(refused);
  }
});

test('hCaptcha is asked once for each submission, and who does not pass makes nothing', async () => {
  const { token } = await createForm(harness, { hcaptchaRequired: true });
  const { html, policy } = await show(token);
  expect(html).toContain('<div class="field h-captcha" data-sitekey="site-key"></div>');
  expect(html).toContain('<script src="https://js.hcaptcha.com/1/api.js" async defer></script>');
  expect(policy).toContain('script-src https://hcaptcha.com https://*.hcaptcha.com');
  const values = { email: 'human@example.com', submission_id: 's-5', 'h-captcha-response': 'solved' };
  verifier.answer({ body: '{"success":false}' });
  const failed = await send(token, urlencoded(values));
  expect(failed).toMatchObject({ status: 422, text: expect.stringContaining('was not accepted') });
  verifier.answer({ status: 500 });
  expect(await send(token, urlencoded(values))).toMatchObject({
    status: 503,
    text: expect.stringContaining('Try again'),
  });
  expect(await refusal(send(token, json({ email: 'human@example.com' })))).toMatchObject({
    error: 'invalid captcha_failed',
  });
  expect(await leadsBy('human@example.com')).toEqual([]);
  verifier.clear();
  verifier.answer({ body: '{"success":true}' });
  expect(await send(token, urlencoded(values))).toMatchObject({ status: 200 });
  expect(await send(token, urlencoded(values))).toMatchObject({ status: 200 });
  expect(await leadsBy('human@example.com')).toHaveLength(1);
  expect(verifier.requests.map(({ url, body }) => [url, body.toString()])).toEqual([
    ['/siteverify', 'secret=hush&response=solved&sitekey=site-key&remoteip=203.0.113.9'],
  ]);
});

test('its leads are enrolled, each once, as soon as the runtime is there', async () => {
  const { token, id } = await createForm(harness, { workflowId: 12n });
  harness.enrollFailures.push(new DomainError('unavailable', 'service_unavailable', 'away'));
  await send(token, urlencoded({ email: 'enroll@example.com', submission_id: 's-6' }));
  await send(token, urlencoded({ email: 'enroll@example.com', submission_id: 's-6' }));
  const [lead] = await leadsBy('enroll@example.com');
  await eventually(() => expect(harness.enrolled).toHaveLength(1));
  expect(harness.enrolled).toMatchObject([
    {
      workflowId: 12n,
      caller: { organizationId: 1n, actor: { type: 'lead_form', id: String(id) }, mode: 'live' },
      contacts: [{ lead_ref: lead?.publicId, email: 'enroll@example.com' }],
    },
  ]);
  await eventually(async () => {
    const due = await harness.db
      .selectFrom('lead_form_submissions')
      .select('id')
      .where('enroll_at', 'is not', null)
      .execute();
    expect(due).toEqual([]);
  });
});

test('a submission of a test form makes no lead, and one test enrollment however often it is sent', async () => {
  const { token, id } = await createForm(harness, { workflowId: 12n }, tester);
  const values = { email: 'trial@example.com', first_name: 'Ada', submission_id: 's-7' };
  harness.enrollFailures.push(new DomainError('unavailable', 'service_unavailable', 'away'));
  expect(await refusal(send(token, json(values)))).toMatchObject({ error: 'unavailable service_unavailable' });
  for (let sent = 0; sent < 2; sent += 1) expect(await send(token, json(values))).toMatchObject({ status: 201 });
  expect(harness.enrolled).toMatchObject([
    {
      workflowId: 12n,
      caller: { organizationId: 1n, actor: { type: 'lead_form', id: String(id) }, mode: 'test' },
      contacts: [{ lead_ref: 's-7', email: 'trial@example.com', first_name: 'Ada', source: 'lead_form' }],
    },
  ]);
  expect(await refusal(send(token, json({ email: 'no address' })))).toMatchObject({
    error: 'invalid validation_failed',
  });
  expect(await leadsBy('trial@example.com')).toEqual([]);
  const { leadForm } = await harness.leadForms(tester).getLeadForm({ id });
  expect(leadForm).toMatchObject({ mode: Mode.TEST, submissionCount: 1n });
  expect(leadForm?.lastEnrollmentError).toBeUndefined();
});

test('a workflow that takes no more enrollments loses no lead, and the form says why', async () => {
  const { token, id } = await createForm(harness, { workflowId: 12n });
  harness.enrollFailures.push(
    new DomainError('failed_precondition', 'workflow_archived', 'An archived workflow takes no new enrollments.'),
  );
  await send(token, urlencoded({ email: 'late@example.com' }));
  await eventually(async () => {
    const { leadForm } = await harness.leadForms(editor).getLeadForm({ id });
    expect(leadForm?.lastEnrollmentError).toBe('An archived workflow takes no new enrollments.');
  });
  expect(await leadsBy('late@example.com')).toHaveLength(1);
});

test('what is settled is forgotten after 30 days, what is still to be enrolled is not', async () => {
  const { token, id } = await createForm(harness);
  for (const email of ['old@example.com', 'due@example.com', 'new@example.com']) {
    await send(token, urlencoded({ email, submission_id: email }));
  }
  const rows = () => harness.db.selectFrom('lead_form_submissions').selectAll().where('form_id', '=', id).execute();
  const lead = async (email: string) => (await leadsBy(email))[0]?.id ?? '';
  const long = new Date(Date.now() - 31 * 86_400_000);
  const later = new Date(Date.now() + 86_400_000);
  const set = (leadId: string, values: object) =>
    harness.db.updateTable('lead_form_submissions').set(values).where('lead_id', '=', leadId).execute();
  await set(await lead('old@example.com'), { created_at: long });
  await set(await lead('due@example.com'), { created_at: long, enroll_at: later });
  expect(await forgetSubmissions(harness.db)).toBe(1);
  const kept = (await rows()).map(({ lead_id }) => lead_id).sort();
  expect(kept).toEqual([await lead('due@example.com'), await lead('new@example.com')].sort());
});

test.each(['*/*', '', 'application/json', 'text/html;q=0, */*'])(
  'a client that accepts "%s" gets errors as problem documents, in the form that it sent too',
  async (accept) => {
    const { token } = await createForm(harness);
    const missing = { error: 'not_found lead_form_not_found' };
    expect(await refusal(show('nowhere', accept))).toMatchObject(missing);
    expect(await refusal(send('nowhere', urlencoded({ email: 'a@example.com' }), accept))).toMatchObject(missing);
    expect(await refusal(send(token, urlencoded({ email: 'no address' }), accept))).toMatchObject({
      error: 'invalid validation_failed',
    });
  },
);

test.each([
  ['a tick', 'https://example.com/thanks/✓?q=✓', 'https://example.com/thanks/%E2%9C%93?q=%E2%9C%93'],
  ['an international name', 'https://exämple.com', 'https://xn--exmple-cua.com/'],
  ['line ends', 'https://example.com/a\r\nset-cookie: b', 'https://example.com/aset-cookie:%20b'],
])('a redirect with %s is saved as a URL that a header can carry', async (_name, redirectUrl, saved) => {
  const form = await createForm(harness, { redirectUrl });
  expect(form.redirectUrl).toBe(saved);
  const update = { id: form.id, redirectUrl, updateMask: { paths: ['redirect_url'] } };
  expect((await harness.leadForms(editor).updateLeadForm(update)).leadForm?.redirectUrl).toBe(saved);
  expect(await send(form.token, urlencoded({ email: 'r@example.com' }))).toMatchObject({
    status: 303,
    location: saved,
  });
});
