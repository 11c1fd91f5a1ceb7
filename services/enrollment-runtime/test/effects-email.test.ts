import { eventually } from '@drippulse/testing';
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { editor, type Harness, startHarness, stranger, tester } from './harness.ts';
import { startMailServer } from './mail-server.ts';
import { json, makeWorkflow, refusal } from './workflow.ts';

const retry = { max_attempts: 3, backoff_seconds: 10 };
const trigger = { type: 'trigger' };
const mail = {
  type: 'email',
  id: 'hello',
  subject: 'Hi {{ first_name }}',
  body: '<p>Hello {{ first_name }}</p>',
  retry,
};

let server: Awaited<ReturnType<typeof startMailServer>>;
let harness: Harness;
beforeAll(async () => {
  server = await startMailServer();
  harness = await startHarness({ start: false });
  harness.config.smtpUrl = server.url;
  await harness.startRuntime();
});
afterAll(async () => {
  await harness.stop();
  await server.stop();
});

/** Enrolls one contact in a workflow of these steps. */
async function enroll(steps: Parameters<typeof makeWorkflow>[1], contact: object, caller = editor) {
  const { id: workflowId } = await makeWorkflow(harness, steps);
  const { enrollmentIds } = await harness.enrollments(caller).bulkEnroll({ workflowId, contacts: json([contact]) });
  const one = { workflowId, id: enrollmentIds[0] ?? 0n };
  const read = async () => (await harness.enrollments(caller).getEnrollment(one)).enrollment;
  const deliveries = () =>
    harness.db.selectFrom('deliveries').selectAll().where('enrollment_id', '=', one.id).execute();
  /** Waits until the line of the mail has this status. */
  const line = (status: string) =>
    eventually(async () => {
      const lines = await harness.db
        .selectFrom('timeline_lines')
        .selectAll()
        .where('enrollment_id', '=', one.id)
        .execute();
      const found = lines.filter((entry) => entry.step_index === 1 && entry.status === status);
      expect(found).not.toEqual([]);
      return found;
    });
  const news = () =>
    harness.published.filter(({ payload }) => payload.case === 'emailSent' && payload.value.enrollmentId === one.id);
  return { ...one, read, deliveries, line, news };
}

test('a mail that is put off goes out later with the Message-ID its delivery has had from the start', async () => {
  server.refusals.push({ code: 451, message: 'come back later' });
  const run = await enroll([trigger, mail], { email: 'ada@example.org', first_name: 'Ada <&>' });
  await run.line('retrying');
  const [queued] = await run.deliveries();
  expect(queued).toMatchObject({ status: 'queued', receiver: 'ada@example.org', subject: 'Hi Ada <&>', sent_at: null });
  expect(queued?.error).toContain('come back later');
  expect(run.news()).toEqual([]);
  harness.pass(20_000);
  await run.line('succeeded');
  const got = server.mails.filter(({ to }) => to.includes('ada@example.org'));
  expect(got).toHaveLength(1);
  expect(got[0]?.parsed).toMatchObject({ messageId: queued?.message_id, subject: 'Hi Ada <&>' });
  expect(got[0]?.parsed.html).toContain('<p>Hello Ada &lt;&amp;&gt;</p>');
  expect(got[0]?.parsed.text).toContain('Hello Ada <&>');
  const deliveries = await run.deliveries();
  expect(deliveries).toHaveLength(1);
  expect(deliveries[0]).toMatchObject({
    status: 'sent',
    attempts: 2,
    error: null,
    message_id: queued?.message_id,
    provider_message_id: `MAIL${server.mails.length}`,
    sent_at: expect.any(Date),
  });
  await eventually(() => expect(run.news()).toHaveLength(1));
  expect(run.news()[0]?.sequence).toBeGreaterThan(0n);
});

test('a mail that is refused for good fails its delivery and its run at the first attempt', async () => {
  server.refusals.push({ code: 550, message: 'no such user' });
  const run = await enroll([trigger, mail], { email: 'gone@example.org' });
  await run.line('failed');
  expect(await run.deliveries()).toMatchObject([{ status: 'failed', attempts: 1, sent_at: null }]);
  await eventually(() =>
    expect(harness.published.some(({ payload }) => payload.case === 'failed' && payload.value.id === run.id)).toBe(
      true,
    ),
  );
  expect(run.news()).toEqual([]);
});

test('a mail for an integration without a connection is skipped with its reason and the run goes on', async () => {
  const run = await enroll([trigger, { ...mail, integration_id: 'sg' }, { type: 'log', message: 'on' }], {
    email: 'sg@example.org',
  });
  const [skipped] = await run.line('skipped');
  expect(skipped?.message).toContain('no usable connection for sendgrid');
  expect(await run.deliveries()).toMatchObject([{ status: 'skipped', integration_id: 'sg' }]);
  await eventually(async () => expect((await run.read())?.completedAt).toBeDefined());
  expect(run.news()).toEqual([]);
});

test('a sent mail is shown as it was sent, without what acts, and stays so when the sender changes', async () => {
  const senderIs = (sender: { fromName: string; replyTo: string; postalAddress: string }) =>
    harness.sender().updateSender({ ...sender, updateMask: { paths: ['from_name', 'reply_to', 'postal_address'] } });
  await senderIs({ fromName: 'Acme', replyTo: 'answers@acme.example', postalAddress: 'Main St 1\nBerlin' });
  const linked = {
    ...mail,
    body: '<p>Hello <a href="https://acme.example/x">there</a></p>',
    track_clicks: true,
    track_opens: true,
  };
  const run = await enroll([trigger, linked], { email: 'shown@example.org', first_name: 'Sho' });
  await run.line('succeeded');
  await senderIs({ fromName: 'Other', replyTo: '', postalAddress: 'Elsewhere 2' });
  const got = server.mails.find(({ to }) => to.includes('shown@example.org'))?.parsed;
  const [delivery] = await run.deliveries();
  const key = { workflowId: run.workflowId, enrollmentId: run.id, id: delivery?.id ?? 0n };
  const { mail: shown } = await harness.enrollments(editor).getMail(key);
  expect(shown).toMatchObject({
    subject: got?.subject,
    from: got?.from?.text.replaceAll('"', ''),
    to: 'shown@example.org',
    replyTo: 'answers@acme.example',
    messageId: delivery?.message_id,
  });
  // Returns the HTML without its varying parts: tracked links, the pixel and the token of the link to unsubscribe.
  const plain = (html: string) =>
    html
      .replace(/href="[^"]*\/track\/n\/click[^"]*"/g, 'href="https://acme.example/x"')
      .replace(/<img src="[^"]*pixel.gif[^>]*>/, '')
      .replace(/\?token=[^"]*"/, '"');
  expect(got?.html).toMatch(/pixel\.gif.*|click/);
  expect(shown?.html).toBe(plain(String(got?.html)).trimEnd());
  expect(shown?.html).toContain('Main St 1<br>Berlin');
  expect(shown?.html).not.toContain('token');
  expect(shown?.text).toContain('Main St 1');
  expect(shown?.text).not.toContain('token');
});

test('a mail is shown as a page that runs and loads nothing, and to nobody else', async () => {
  const run = await enroll([trigger, mail], { email: 'framed@example.org', first_name: '<script>x</script>' }, tester);
  await run.line('succeeded');
  const [delivery] = await run.deliveries();
  const key = { workflowId: run.workflowId, enrollmentId: run.id, id: delivery?.id ?? 0n };
  const headers: Headers[] = [];
  const { page } = await harness.enrollments(tester).showMail(key, { onHeader: (header) => void headers.push(header) });
  const policy = headers[0]?.get('content-security-policy');
  expect(policy).toMatch(/^sandbox; default-src 'none';.*frame-ancestors 'self'$/);
  expect(Buffer.from(page?.data ?? []).toString()).toContain('Hello &lt;script&gt;x');
  for (const wrong of [{ id: key.id + 1_000n }, { enrollmentId: key.enrollmentId + 1_000n }]) {
    expect(await refusal(harness.enrollments(tester).getMail({ ...key, ...wrong }))).toBe('not_found mail_not_found');
  }
  expect(await refusal(harness.enrollments(stranger).getMail(key))).toBe('not_found workflow_not_found');
  await harness.enrollments(tester).deleteEnrollment({ workflowId: run.workflowId, id: run.id });
  expect(await refusal(harness.enrollments(tester).getMail(key))).toBe('not_found mail_not_found');
});

test('a value can bring no header into a mail', async () => {
  const run = await enroll([trigger, mail], {
    email: 'eve@example.org',
    first_name: 'E\r\nBcc: all@example.org\r\n\r\n',
  });
  await run.line('succeeded');
  const [got] = server.mails.filter(({ to }) => to.includes('eve@example.org'));
  expect(got?.to).toEqual(['eve@example.org']);
  expect(got?.raw.split('\r\n\r\n')[0]).not.toMatch(/^bcc:/im);
  expect(got?.parsed.subject).toBe('Hi E Bcc: all@example.org');
});

test('a test enrollment sends nothing, and its line begins with [test]', async () => {
  const before = server.mails.length;
  const run = await enroll([trigger, mail], { email: 'test@example.org', first_name: 'Tess' }, tester);
  const [line] = await run.line('succeeded');
  expect(line?.message).toMatch(/^\[test\] Would send email to test@example.org: "Hi Tess"/);
  expect(server.mails.length).toBe(before);
});
