import { generateKeyPairSync, randomBytes, randomUUIDv7 } from 'node:crypto';
import { create } from '@bufbuild/protobuf';
import { timestampNow } from '@bufbuild/protobuf/wkt';
import { CrmEventSchema } from '@drippulse/proto/drippulse/crm/v1/events_pb';
import { eventually } from '@drippulse/testing';
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { sql } from 'kysely';
import { reclassify } from '../src/reactions/index.ts';
import { createLinks, type LinkKind } from '../src/tracking/index.ts';
import { type Harness, startHarness } from './harness.ts';
import { startMailServer } from './mail-server.ts';
import { sendgridReport, standardReport } from './reports.ts';
import { json, makeWorkflow, refusal } from './workflow.ts';

const browser = 'Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/130.0 Safari/537.36';
const secret = randomBytes(32);
const sendgrid = generateKeyPairSync('ec', { namedCurve: 'P-256' });
const trigger = { type: 'trigger' };
const nurture = {
  type: 'email',
  id: 'hello',
  integration_id: 'nurture',
  track_opens: true,
  track_clicks: true,
  subject: 'Hi {{ first_name }}',
  body: '<p><a href="https://shop.example/a">A</a> <a href="https://shop.example/b?x=1&amp;y=2">B</a></p>',
};

let server: Awaited<ReturnType<typeof startMailServer>>;
let harness: Harness;
beforeAll(async () => {
  server = await startMailServer();
  harness = await startHarness({ start: false });
  Object.assign(harness.config, { smtpUrl: server.url, bounceSecret: secret, sendgridKey: sendgrid.publicKey });
  await harness.startRuntime();
});
afterAll(async () => {
  await harness.stop();
  await server.stop();
});

let people = 0;

/** Sends a person a mail with two links, and reads the reactions to it. */
async function send(contact: object = {}) {
  people += 1;
  const email = `reader${people}@example.org`;
  const { id: workflowId } = await makeWorkflow(harness, [trigger, nurture]);
  const contacts = json([{ email, first_name: 'Ada', ...contact }]);
  const { enrollmentIds } = await harness.enrollments().bulkEnroll({ workflowId, contacts });
  const one = { workflowId, id: enrollmentIds[0] ?? 0n };
  const read = async () => (await harness.enrollments().getEnrollment(one)).enrollment;
  await eventually(async () => expect((await read())?.deliverySummary?.sent).toBe(1));
  const [mail] = server.mails.filter(({ to }) => to.includes(email));
  const html = String(mail?.parsed.html);
  const tokensOf = (kind: string) =>
    [...html.matchAll(new RegExp(`/track/n/${kind}\\?token=([\\w-]+)`, 'g'))].map(([, t]) => t ?? '');
  return {
    ...one,
    email,
    mail,
    read,
    pixel: tokensOf('pixel.gif')[0] ?? '',
    clicks: tokensOf('click'),
    unsubscribe: tokensOf('unsubscribe')[0] ?? '',
    news: () =>
      harness.published.flatMap(({ payload }) =>
        payload.value !== undefined &&
        'enrollmentId' in payload.value &&
        payload.value.enrollmentId === one.id &&
        payload.case !== 'emailSent'
          ? [payload.case]
          : [],
      ),
  };
}

type Client = { agent?: string; address?: string; method?: string; purpose?: string };

function headersOf({ agent = browser, address = '203.0.113.7', method, purpose }: Client): Record<string, string> {
  return {
    'user-agent': agent,
    'x-client-address': address,
    ...(method && { 'x-http-method': method }),
    ...(purpose && { 'sec-purpose': purpose }),
  };
}

const open = (t: string, client: Client = {}) =>
  harness.tracking.openPixel({ token: t }, { headers: headersOf(client) });

/** Follows a link, and returns its target. */
async function follow(t: string, client: Client = {}) {
  const answer = new Headers();
  await harness.tracking.followLink(
    { token: t },
    {
      headers: headersOf(client),
      onHeader: (headers) =>
        headers.forEach((value, name) => {
          answer.set(name, value);
        }),
    },
  );
  return { location: answer.get('location'), status: answer.get('x-http-status') };
}

/** Waits until `count` hits of an enrollment are stored. */
async function stored(one: { id: bigint }, count: number) {
  await eventually(async () => {
    const rows = await harness.db.selectFrom('hits').select('id').where('enrollment_id', '=', one.id).execute();
    expect(rows).toHaveLength(count);
  });
}

/** Waits until every hit of an enrollment is judged. */
async function judged(one: { id: bigint }) {
  harness.pass(11_000);
  await eventually(async () => {
    const waiting = await harness.db
      .selectFrom('hits')
      .select('id')
      .where('enrollment_id', '=', one.id)
      .where('verdict', 'is', null)
      .where('kind', 'in', ['open', 'click'])
      .execute();
    expect(waiting).toEqual([]);
  });
}

test('links followed by a person, a scanner, by HEAD and ahead of time are all kept, and the person counts once', async () => {
  const one = await send();
  const [a = '', b = ''] = one.clicks;
  expect(one.clicks).toHaveLength(2);
  for (const t of [a, b]) await follow(t, { address: '198.51.100.9' });
  await open(one.pixel, { address: '198.51.100.9' });
  harness.pass(3_600_000);
  await stored(one, 3);
  await follow(a, { method: 'HEAD', address: '198.51.100.10' });
  await follow(a, { purpose: 'prefetch', address: '198.51.100.11' });
  await open(one.pixel, { agent: 'Mozilla/5.0 (via ggpht.com GoogleImageProxy)' });
  harness.pass(60_000);
  await stored(one, 6);
  await open(one.pixel);
  await stored(one, 7);
  harness.pass(60_000);
  expect(await follow(b)).toEqual({ location: 'https://shop.example/b?x=1&y=2', status: null });
  await stored(one, 8);
  await judged(one);
  const enrollment = await one.read();
  expect(enrollment?.deliverySummary).toMatchObject({ sent: 1, opened: 1, clicked: 1 });
  const events = enrollment?.nurtureEvents ?? [];
  expect(events.map(({ type, likelyBot }) => `${type} ${likelyBot}`)).toEqual([
    'click true',
    'click true',
    'open true',
    'click true',
    'click true',
    'open true',
    'open false',
    'click false',
  ]);
  expect(events.at(-1)).toMatchObject({ url: 'https://shop.example/b?x=1&y=2', userAgent: browser, reasons: [] });
  expect(events[3]?.reasons).toContain('method: HEAD');
  await eventually(() => expect(one.news().sort()).toEqual(['emailClicked', 'emailOpened']));
  const clicked = harness.published.find(
    ({ payload }) => payload.case === 'emailClicked' && payload.value.enrollmentId === one.id,
  );
  expect(clicked?.payload.value).toMatchObject({
    url: 'https://shop.example/b?x=1&y=2',
    delivery: { clickedAt: expect.anything() },
  });
});

test('a mail and what its receiver does count for the variants that it was queued with, and for a category that names nobody', async () => {
  const split = (id: string) => ({ id, type: 'split', variants: [{ name: 'A', weight: 1 }] });
  const mail = (id: string, category: string) => ({ ...nurture, id, category });
  const steps = [trigger, split('first'), mail('news', 'newsletter'), split('second'), mail('own', 'for {{ email }}')];
  const { id: workflowId } = await makeWorkflow(harness, steps);
  const email = 'counted@example.org';
  const { enrollmentIds } = await harness.enrollments().bulkEnroll({ workflowId, contacts: json([{ email }]) });
  const [id] = enrollmentIds;
  const counted = () =>
    harness.published.flatMap(({ payload, variants }) =>
      payload.value !== undefined && 'delivery' in payload.value && payload.value.enrollmentId === id
        ? [`${payload.case} ${payload.value.stepId} ${payload.value.category} ${variants.join()}`]
        : [],
    );
  await eventually(() =>
    expect(counted()).toEqual(['emailSent news newsletter first:A', 'emailSent own undefined first:A,second:A']),
  );
  for (const [place, { parsed }] of server.mails.filter(({ to }) => to.includes(email)).entries()) {
    const [, token = ''] = /\/track\/n\/pixel\.gif\?token=([\w-]+)/.exec(String(parsed.html)) ?? [];
    // An open right after the mail's arrival is judged to come from a program, so time passes before the person opens
    // the mail.
    harness.pass(3_600_000);
    await open(token);
    await stored({ id: id ?? 0n }, place + 1);
  }
  await judged({ id: id ?? 0n });
  await eventually(() =>
    expect(counted().slice(2).sort()).toEqual([
      'emailOpened news newsletter first:A',
      'emailOpened own undefined first:A,second:A',
    ]),
  );
  const ended = harness.published.filter(({ payload }) => payload.case === 'completed' && payload.value.id === id);
  expect(ended.map(({ variants }) => variants)).toEqual([['first:A', 'second:A']]);
});

test('a further open and a further click of the same link count and raise nothing; another link raises its click', async () => {
  const one = await send();
  const [a = '', b = ''] = one.clicks;
  for (let time = 1; time <= 2; time += 1) {
    harness.pass(3_600_000);
    await open(one.pixel);
    await follow(a);
    await stored(one, 2 * time);
    await judged(one);
  }
  harness.pass(3_600_000);
  await follow(b);
  await stored(one, 5);
  await judged(one);
  await eventually(() => expect(one.news().sort()).toEqual(['emailClicked', 'emailClicked', 'emailOpened']));
  expect((await one.read())?.deliverySummary).toMatchObject({ opened: 1, clicked: 1 });
});

test('a mail whose hits cannot be judged delays no other, and is judged when nothing fails any more', async () => {
  const [stuck, free] = [await send(), await send()];
  const [delivery] = (await stuck.read())?.deliveries ?? [];
  await sql`create function poisoned() returns trigger language plpgsql as $$ begin raise exception 'poisoned'; end $$`.execute(
    harness.db,
  );
  await sql
    .raw(
      `create trigger poisoned before update on deliveries for each row
      when (new.id = ${delivery?.id} and new.opened_at is not null) execute function poisoned()`,
    )
    .execute(harness.db);
  harness.pass(3_600_000);
  for (const one of [stuck, free]) await open(one.pixel);
  for (const one of [stuck, free]) await stored(one, 1);
  await judged(free);
  expect((await free.read())?.deliverySummary).toMatchObject({ opened: 1 });
  const postponed = () => harness.db.selectFrom('postponements').select(['kind', 'item']).execute();
  await eventually(async () => expect(await postponed()).toEqual([{ kind: 'judge_mail', item: String(delivery?.id) }]));
  expect((await stuck.read())?.deliverySummary).toMatchObject({ opened: 0 });
  await sql`drop trigger poisoned on deliveries`.execute(harness.db);
  harness.pass(3_600_000);
  await judged(stuck);
  expect((await stuck.read())?.deliverySummary).toMatchObject({ opened: 1 });
  await eventually(async () => expect(await postponed()).toEqual([]));
});

test('new rules correct what old ones counted, and raise nothing', async () => {
  const one = await send();
  harness.pass(3_600_000);
  await follow(one.clicks[0] ?? '', { agent: 'curl/8.5.0' });
  await open(one.pixel);
  await stored(one, 2);
  await judged(one);
  expect((await one.read())?.deliverySummary).toMatchObject({ opened: 1, clicked: 0 });
  // Sets the verdicts of older rules, which had no list of agents, or a wrong list.
  await sql`update hits set rules = 0, verdict = case kind when 'click' then 'human' else 'scanner' end
    where enrollment_id = ${one.id}`.execute(harness.db);
  await sql`update deliveries set clicked_at = sent_at, opened_at = null where enrollment_id = ${one.id}`.execute(
    harness.db,
  );
  expect((await one.read())?.deliverySummary).toMatchObject({ opened: 0, clicked: 1 });
  const before = one.news();
  const done = await reclassify(harness.db, { since: new Date(Date.now() - 3_600_000), keptDays: 395 });
  expect(done).toMatchObject({ changedHits: 2, changedMails: 1 });
  const enrollment = await one.read();
  expect(enrollment?.deliverySummary).toMatchObject({ opened: 1, clicked: 0 });
  expect(enrollment?.nurtureEvents.map(({ type, likelyBot }) => `${type} ${likelyBot}`)).toEqual([
    'click true',
    'open false',
  ]);
  expect(one.news()).toEqual(before);
  const again = await reclassify(harness.db, { since: new Date(Date.now() - 3_600_000), keptDays: 395 });
  expect(again).toMatchObject({ changedHits: 0, changedMails: 0 });
});

test('tokens that are no good, or of another kind, get the picture or a page, and leave nothing', async () => {
  const one = await send();
  for (const t of ['', 'x', one.clicks[0] ?? '', 'A'.repeat(9_000), '\ufffd']) {
    expect((await open(t)).image?.contentType).toBe('image/gif');
  }
  for (const t of ['', one.pixel, one.unsubscribe, `${one.clicks[0]}A`]) {
    expect(await follow(t)).toEqual({ location: null, status: '404' });
  }
  expect(String(Buffer.from((await harness.tracking.unsubscribe({ token: one.pixel })).page?.data ?? []))).toContain(
    'No such link',
  );
  harness.pass(20_000);
  await follow(one.clicks[0] ?? '');
  await stored(one, 1);
});

const form = (text: string) => ({ contentType: 'application/x-www-form-urlencoded', data: Buffer.from(text) });
const pageOf = ({ page }: { page?: { data: Uint8Array } | undefined }) => String(Buffer.from(page?.data ?? []));

test('GET of the unsubscription asks and changes nothing; one click of a mail client unsubscribes once', async () => {
  const one = await send({ first_name: '<b>&' });
  const headers = one.mail?.parsed.headers;
  const list = headers?.get('list') as { unsubscribe?: { url: string } } | undefined;
  expect(list?.unsubscribe?.url).toBe(`http://localhost:3000/track/n/unsubscribe?token=${one.unsubscribe}`);
  expect(one.mail?.raw).toMatch(/^List-Unsubscribe-Post: List-Unsubscribe=One-Click\r$/m);
  const question = pageOf(await harness.tracking.showUnsubscribe({ token: one.unsubscribe }));
  expect(question).toContain(one.email);
  expect(question).toContain('Hi &lt;b&gt;&amp;');
  expect(question).not.toMatch(/<script|<b>&|\son\w+=/);
  expect(await one.read()).toMatchObject({ nurtureEvents: [] });
  const oneClick = { token: one.unsubscribe, body: form('List-Unsubscribe=One-Click') };
  const [first, ...others] = await Promise.all(Array.from({ length: 4 }, () => harness.tracking.unsubscribe(oneClick)));
  expect(first && pageOf(first)).toContain('You are unsubscribed');
  for (const other of others) expect(pageOf(other)).toBe(first && pageOf(first));
  expect((await one.read())?.nurtureEvents).toMatchObject([{ type: 'unsubscribe', likelyBot: false }]);
  await eventually(() => expect(one.news()).toEqual(['emailUnsubscribed']));
});

test('the form of the page and a multipart request unsubscribe; any other body does not', async () => {
  const one = await send();
  for (const body of [
    form(''),
    form('x=y'),
    { contentType: 'application/json', data: Buffer.from('{}') },
    { contentType: '', data: randomBytes(9_000) },
  ]) {
    expect(pageOf(await harness.tracking.unsubscribe({ token: one.unsubscribe, body }))).toContain('Nothing chosen');
  }
  expect(await one.read()).toMatchObject({ nurtureEvents: [] });
  const multipart = '--b\r\nContent-Disposition: form-data; name="List-Unsubscribe"\r\n\r\nOne-Click\r\n--b--\r\n';
  const body = { contentType: 'multipart/form-data; boundary=b', data: Buffer.from(multipart) };
  expect(pageOf(await harness.tracking.unsubscribe({ token: one.unsubscribe, body }))).toContain(one.email);
  expect(
    pageOf(await harness.tracking.unsubscribe({ token: one.unsubscribe, body: form('unsubscribe=all') })),
  ).toContain(one.email);
  expect((await one.read())?.nurtureEvents).toHaveLength(1);
});

/** Returns the time of the runtime, in seconds. */
const now = () => Math.floor((Date.now() + harness.shiftMs()) / 1_000);

/** Builds a report, signed by the mail server. */
const reportOf = (body: object) => standardReport(body, { key: secret, at: now() });

test('a hard bounce counts once, and its mail shows it', async () => {
  const one = await send();
  const report = reportOf({
    type: 'bounce',
    message_id: one.mail?.parsed.messageId,
    reason: 'no such\r\nuser',
    email: 'other@example.org',
  });
  const first = await harness.bounces.reportBounces(report.request, report.options);
  expect(first).toMatchObject({ accepted: 1, ignored: 0, duplicate: false });
  expect(await harness.bounces.reportBounces(report.request, report.options)).toMatchObject({
    accepted: 0,
    duplicate: true,
  });
  const enrollment = await one.read();
  expect(enrollment?.deliverySummary).toMatchObject({ sent: 1, bounced: 1 });
  expect(enrollment?.deliveries).toMatchObject([{ error: 'no such user' }]);
  expect(enrollment?.nurtureEvents).toMatchObject([
    { type: 'bounce', likelyBot: false, reasons: ['hard: no such user'] },
  ]);
  await eventually(() => expect(one.news()).toEqual(['emailBounced']));
});

test('a bounce that is reported before the result of its mail is not overwritten by it', async () => {
  const email = 'early@example.org';
  const { id: workflowId } = await makeWorkflow(harness, [trigger, nurture]);
  const accepted = Promise.withResolvers<void>();
  server.pace.until = accepted.promise;
  const { enrollmentIds } = await harness.enrollments().bulkEnroll({ workflowId, contacts: json([{ email }]) });
  const one = { workflowId, id: enrollmentIds[0] ?? 0n };
  const read = async () => (await harness.enrollments().getEnrollment(one)).enrollment;
  const mail = await eventually(() => {
    const found = server.mails.find(({ to }) => to.includes(email));
    if (found === undefined) throw new Error('no mail has come');
    return found;
  });
  const { request, options } = reportOf({ type: 'bounce', message_id: mail.parsed.messageId, reason: 'no such user' });
  expect(await harness.bounces.reportBounces(request, options)).toMatchObject({ accepted: 1 });
  accepted.resolve();
  delete server.pace.until;
  await eventually(async () => expect((await read())?.completedAt).toBeDefined());
  const enrollment = await read();
  expect(enrollment?.deliverySummary).toMatchObject({ sent: 1, bounced: 1 });
  expect(enrollment?.deliveries).toMatchObject([{ error: 'no such user', providerMessageId: expect.any(String) }]);
});

test('a mail that came back before its result was recorded counts as sent and bounced, and its repeat is not sent', async () => {
  const email = 'returned@example.org';
  const { id: workflowId } = await makeWorkflow(harness, [trigger, nurture]);
  const answered = Promise.withResolvers<void>();
  server.pace.until = answered.promise;
  const { enrollmentIds } = await harness.enrollments().bulkEnroll({ workflowId, contacts: json([{ email }]) });
  const one = { workflowId, id: enrollmentIds[0] ?? 0n };
  const read = async () => (await harness.enrollments().getEnrollment(one)).enrollment;
  const mailsOf = () => server.mails.filter(({ to }) => to.includes(email));
  const mail = await eventually(() => {
    const [found] = mailsOf();
    if (found === undefined) throw new Error('no mail has come');
    return found;
  });
  const { request, options } = reportOf({ type: 'bounce', message_id: mail.parsed.messageId, reason: 'no such user' });
  expect(await harness.bounces.reportBounces(request, options)).toMatchObject({ accepted: 1 });
  // The server has accepted the mail, but reports a failure.
  answered.reject(Object.assign(new Error('try later'), { responseCode: 451 }));
  delete server.pace.until;
  // The test waits for a line of the timeline, because the due time of an enrollment does not show that an attempt has
  // failed: the enrollment is due from its start.
  await eventually(async () => {
    const lines = await harness.db
      .selectFrom('timeline_lines')
      .select('status')
      .where('enrollment_id', '=', one.id)
      .where('status', '=', 'retrying')
      .execute();
    expect(lines).toHaveLength(1);
  });
  harness.pass(60_000);
  await eventually(async () => expect((await read())?.completedAt).toBeDefined());
  const enrollment = await read();
  expect(mailsOf()).toHaveLength(1);
  expect(enrollment?.deliverySummary).toMatchObject({ sent: 1, bounced: 1 });
  expect(enrollment?.actionTimeline.map(({ message }) => message).join()).toContain('and bounced');
  const { rows } = await sql`select status, decision, rule from sends where enrollment_id = ${one.id}`.execute(
    harness.db,
  );
  expect(rows).toEqual([{ status: 'sent', decision: 'sent', rule: null }]);
});

test('a soft bounce only shows, and a complaint counts', async () => {
  const one = await send();
  const message_id = one.mail?.parsed.messageId;
  for (const body of [
    { type: 'bounce', bounce_type: 'soft', message_id },
    { type: 'complaint', message_id },
  ]) {
    const { request, options } = reportOf(body);
    await harness.bounces.reportBounces(request, options);
  }
  const enrollment = await one.read();
  expect(enrollment?.deliverySummary).toMatchObject({ sent: 1, bounced: 0 });
  expect(enrollment?.nurtureEvents.map(({ type }) => type)).toEqual(['bounce', 'complaint']);
  await eventually(() => expect(one.news()).toEqual(['emailComplained']));
});

test('a report of a mail that is not known is ignored, whatever address it names', async () => {
  const one = await send();
  const { request, options } = reportOf({ type: 'bounce', message_id: '<unknown@localhost>', email: one.email });
  expect(await harness.bounces.reportBounces(request, options)).toMatchObject({ accepted: 0, ignored: 1 });
  expect(await one.read()).toMatchObject({ nurtureEvents: [], deliverySummary: { bounced: 0 } });
});

test('reports without a mail or a kind are refused, and so are those for a connection', async () => {
  const refusalOf = ({ request, options }: ReturnType<typeof reportOf>) =>
    refusal(harness.bounces.reportBounces(request, options));
  expect(await refusalOf(reportOf({ type: 'bounce' }))).toBe('invalid validation_failed');
  expect(await refusalOf(reportOf({ type: 'nonsense', message_id: 'x@y' }))).toBe('invalid validation_failed');
  expect(await refusal(harness.bounces.reportBounces({ connection: '12' }))).toBe('not_found connection_not_found');
});

test("SendGrid's events are taken by their signature, each once, also within one that is sent again with more", async () => {
  const [one, two] = [await send(), await send()];
  const event = (id: string, mail: typeof one, more: object) => ({
    sg_event_id: id,
    'smtp-id': mail.mail?.parsed.messageId,
    email: mail.email,
    ...more,
  });
  const report = async (events: object) => {
    const { request, options } = sendgridReport(events, { key: sendgrid.privateKey, at: now() });
    return harness.bounces.reportBounces(request, options);
  };
  const blocked = event('a', one, { event: 'bounce', type: 'blocked', reason: 'later' });
  const others = [{ event: 'open' }, null, 'x', { event: 'bounce' }];
  expect(await report([blocked, event('b', two, { event: 'spamreport' }), ...others])).toMatchObject({
    accepted: 2,
    ignored: 4,
  });
  expect(await report([blocked, event('c', one, { event: 'bounce', reason: '550' })])).toMatchObject({
    accepted: 1,
    duplicate: false,
  });
  expect((await one.read())?.nurtureEvents.map(({ reasons }) => reasons[0])).toEqual(['soft: later', 'hard: 550']);
  await eventually(() => expect([one.news(), two.news()]).toEqual([['emailBounced'], ['emailComplained']]));
});

test('a token of another organization, for a mail that is not its own, leaves nothing', async () => {
  const one = await send();
  const [{ effect_key: deliveryKey } = { effect_key: '' }] = await harness.db
    .selectFrom('deliveries')
    .select('effect_key')
    .where('enrollment_id', '=', one.id)
    .execute();
  const links = createLinks(harness.config);
  const tokenOf = (kind: LinkKind, organizationId: bigint) => {
    const url = links.urlOf({ kind, organizationId, mode: 'live', deliveryKey, url: 'https://shop.example/a' });
    return new URL(url).searchParams.get('token') ?? '';
  };
  await open(tokenOf('open', 2n));
  const body = form('List-Unsubscribe=One-Click');
  expect(pageOf(await harness.tracking.unsubscribe({ token: tokenOf('unsubscribe', 2n), body }))).toContain(
    'No such link',
  );
  await open(tokenOf('open', 1n));
  await stored(one, 1);
  expect((await one.read())?.nurtureEvents).toEqual([]);
});

test('the erasure of a person removes clients, addresses and links of their hits, and keeps the counts', async () => {
  const id = randomUUIDv7();
  const one = await send({ lead_ref: id });
  harness.pass(3_600_000);
  await follow(one.clicks[0] ?? '', { agent: `${browser} Canary/1` });
  await stored(one, 1);
  await judged(one);
  harness.crm.erasures.set(id, [one.email]);
  const payload = { case: 'contactErased' as const, value: { id, publicId: 'cnt_1', erasedAt: timestampNow() } };
  const event = { organizationId: 1n, sequence: 1n, aggregate: `contact:${id}`, time: timestampNow(), payload };
  await harness.publishCrm(create(CrmEventSchema, { id: `evt_${randomUUIDv7()}`, ...event }));
  await eventually(async () => expect((await one.read())?.contact).toEqual(json({})));
  const { nurtureEvents = [], deliverySummary } = (await one.read()) ?? {};
  expect(nurtureEvents).toMatchObject([{ type: 'click', likelyBot: false }]);
  expect([nurtureEvents[0]?.userAgent, nurtureEvents[0]?.url]).toEqual([undefined, undefined]);
  expect(deliverySummary).toMatchObject({ clicked: 1 });
  const kept = await harness.db.selectFrom('hits').selectAll().where('enrollment_id', '=', one.id).execute();
  expect(kept).toMatchObject([{ address: null, user_agent: null, url: null }]);
  await follow(one.clicks[1] ?? '');
  await stored(one, 2);
  const late = await harness.db
    .selectFrom('hits')
    .select(['address', 'url'])
    .where('enrollment_id', '=', one.id)
    .execute();
  expect(late).toEqual([
    { address: null, url: null },
    { address: null, url: null },
  ]);
});

test('a process of the public role takes hits and judges them, and serves nothing else', async () => {
  const one = await send();
  harness.pass(3_600_000);
  await harness.stopRuntimes();
  Object.assign(harness.config, { role: 'public' });
  await harness.startRuntime();
  await open(one.pixel);
  await stored(one, 1);
  await judged(one);
  const [mail] = await harness.db
    .selectFrom('deliveries')
    .select('opened_at')
    .where('enrollment_id', '=', one.id)
    .execute();
  expect(mail?.opened_at).toBeInstanceOf(Date);
  expect(await refusal(harness.enrollments().getEnrollment(one))).toMatch(/unimplemented|internal/);
});
