import { type RunningPlatform, startLayout } from '@drippulse/harness';
import { eventually, findTexts, type Receiver, startReceiver, type TestDatabase } from '@drippulse/testing';
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import pg from 'pg';
import { startOwnDatabase } from '../src/own-database.ts';
import { linkIn, messageIdIn, readMails, request, sendSigned } from '../src/tracked-mails.ts';

const bounceSecret = `whsec_${Buffer.alloc(32, 7).toString('base64')}`;

let database: TestDatabase;
let client: pg.Client;
let receiver: Receiver;
let platform: RunningPlatform;

beforeAll(async () => {
  database = await startOwnDatabase();
  receiver = await startReceiver();
  const env = { DATABASE_URL: database.url, WEBHOOK_ALLOW_PRIVATE: 'true', BOUNCE_WEBHOOK_SECRET: bounceSecret };
  platform = await startLayout('start', { env });
  client = new pg.Client(database.url);
  await client.connect();
});
afterAll(async () => {
  await client?.end();
  await platform?.dispose();
  await receiver?.stop();
  await database?.drop();
});

const person = {
  email: 'Zephyrine.Canary@example.com',
  first_name: 'Zephyrine',
  last_name: 'Quillfeather',
  phone: '+31 6 90817263',
  custom: { hobby: 'falconry-canary' },
};
const canaries = ['zephyrine', 'quillfeather', '90817263', 'falconry-canary'];
/** The log of events is immutable, like a Kafka topic. Its events are removed after 7 days. */
const immutable = ['events.embedded_log.value'];
/** The headers of a person's mail client. Its name identifies the person. */
const reader = { 'user-agent': 'Mozilla/5.0 (X11; Linux x86_64) Firefox/132.0 falconry-canary' };

test('an erased person is found in no column of any table', async () => {
  const { api } = platform;
  receiver.answer(({ body }) => ({ body: `got ${body}` }));
  const webhook = await api.post('/api/v1/webhooks', { url: `${receiver.url}/events`, event_type: '*' });
  expect(webhook).toMatchObject({ status: 201 });
  const once = { headers: { 'idempotency-key': 'made-once' } };
  const contact = await api.post('/api/v1/crm/contacts', person, once);
  const lead = await api.post('/api/v1/crm/leads', person);
  const twin = await api.post('/api/v1/crm/contacts', {
    ...person,
    email: undefined,
    title: 'Keeper of falconry-canary',
  });
  const pair = { survivor: contact.body.public_id, merged: [twin.body.public_id] };
  expect(await api.post('/api/v1/crm/contacts/merge', pair)).toMatchObject({ status: 200 });
  const steps = [
    { type: 'log', config: { message: 'Hello {{ first_name }} {{ last_name }}' } },
    { type: 'webhook_callback', config: { url: `${receiver.url}/callback`, payload: { about: '{{ custom.hobby }}' } } },
    {
      type: 'email',
      config: {
        subject: 'Dear {{ first_name }}',
        body: '<p>Hello, <a href="https://shop.example/?for={{ first_name }}">look</a></p>',
        to: '{{ email }}',
        track_opens: true,
        track_clicks: true,
      },
    },
  ];
  const enroll = async (name: string, more: object[], enrolled: object) => {
    const workflow = await api.post('/api/v1/workflows', { name, status: 'active', steps: [...steps, ...more] });
    const path = `/api/v1/workflows/${workflow.body.id}/enrollments`;
    expect(await api.post(`${path}/bulk`, { contacts: [enrolled] })).toMatchObject({ status: 201 });
    return path;
  };
  const wait = [{ type: 'wait', config: { duration: 1, unit: 'days' } }, ...steps];
  const living = await enroll('Living', wait, { ...contact.body, lead_ref: contact.body.public_id });
  const ended = await enroll('Ended', [], { ...lead.body, lead_ref: 'their-own-7' });
  const visited = {
    name: 'page.visited',
    contact: person,
    properties: { by: 'Quillfeather' },
    idempotency_key: 'zephyrine-1',
  };
  expect(await api.post('/api/v1/events', visited)).toMatchObject({ status: 202 });
  const question = [{ type: 'approval', config: { message: 'Write to {{ last_name }}?', allow_api_keys: true } }];
  for (const name of ['Waiting', 'Decided'])
    await enroll(name, question, { ...contact.body, lead_ref: contact.body.public_id });
  const asked = await eventually(async () => {
    const { body } = await api.get('/api/v1/approvals?status=pending');
    expect(body.approvals).toHaveLength(2);
    return body.approvals;
  });
  const decide = () => api.post(`/api/v1/approvals/${asked[0].id}/approve`, { comment: 'Quillfeather agreed' }, once);
  expect(await decide()).toMatchObject({ status: 200, body: { status: 'approved' } });
  const source = await api.post('/api/v1/data_sources', {
    name: 'Canary',
    type: 'csv',
    target: 'leads',
    mapping: [
      { from: 'Mail', to: 'email' },
      { from: 'Name', to: 'last_name' },
    ],
  });
  const csv = { headers: { 'content-type': 'text/csv' } };
  await api.post(`/api/v1/data_sources/${source.body.id}/file`, 'Mail,Name\nbroken,Quillfeather\n', csv);
  const run = await api.post('/api/v1/data_source_runs', { data_source_id: source.body.id });
  await eventually(async () => {
    const { body } = await api.get(`/api/v1/data_source_runs/${run.body.id}`);
    expect(body).toMatchObject({ status: 'completed_with_errors' });
  });
  const totals = async (path: string) => (await api.get(path)).body.step_funnel.totals;
  await eventually(async () => {
    expect(await totals(ended)).toMatchObject({ completed: 1 });
    expect((await api.get(living)).body.enrollments).toMatchObject([{ current_step_index: 3 }]);
    const { body } = await api.get(`/api/v1/webhooks/${webhook.body.id}/deliveries?limit=100`);
    expect(body.deliveries.length).toBeGreaterThan(5);
    expect(body.deliveries.every((one: { status: string }) => one.status === 'delivered')).toBe(true);
  });
  // Members also get mails about approvals.
  const mails = readMails(platform).filter((one) => linkIn(one, 'pixel.gif') !== '');
  await reactTo(mails);
  const before = await findTexts(client, canaries, immutable);
  const tables = [
    ...new Set(
      before.map((place) =>
        place
          .split('.')
          .slice(0, 2)
          .join('.')
          .replace(/_p\d+$/, ''),
      ),
    ),
  ];
  expect(tables).toEqual(
    expect.arrayContaining([
      'crm.change_events',
      'crm.contacts',
      'crm.leads',
      'crm.merges',
      'enrollments.approvals',
      'enrollments.deliveries',
      'enrollments.effects',
      'enrollments.enrollments',
      'enrollments.events',
      'enrollments.hits',
      'enrollments.sends',
      'enrollments.suppressions',
      'enrollments.timeline',
      'integrations.source_failed_rows',
      'webhooks.attempts',
      'webhooks.payloads',
    ]),
  );

  const [{ id: mailed }] = (await api.get(ended)).body.enrollments;
  const [delivery] = (await api.get(`${ended}/${mailed}`)).body.deliveries;
  const mail = `${ended}/${mailed}/deliveries/${delivery.id}`;
  expect(await api.get(mail)).toMatchObject({ status: 200, body: { subject: 'Dear Zephyrine' } });

  expect(await api.post(`/api/v1/crm/contacts/${contact.body.public_id}/erase`, {})).toMatchObject({ status: 204 });
  await eventually(async () => expect(await findTexts(client, canaries, immutable)).toEqual([]));
  expect(await countTraces()).toEqual({ sends: 0, suppressions: 0, hits: 10, telling_hits: 0 });
  expect(await api.get(mail)).toMatchObject({ status: 410, body: { error: 'mail_not_kept' } });
  expect(await api.post('/api/v1/crm/contacts', person, once)).toMatchObject({
    status: 410,
    body: { error: 'answer_erased' },
  });
  expect(await decide()).toMatchObject({ status: 410, body: { error: 'answer_erased' } });
  expect((await api.get('/api/v1/approvals')).body.approvals).toMatchObject([
    { message: 'Erased', preview: {} },
    { message: 'Erased', preview: {}, comment: null },
  ]);
  expect(await totals(living)).toMatchObject({ total_enrollments: 1, cancelled: 1 });
  expect(await totals(ended)).toMatchObject({ total_enrollments: 1, completed: 1 });
  const erased = await eventually(() => {
    const events = receiver.requests.filter(({ url }) => url === '/events').map(({ body }) => JSON.parse(String(body)));
    const found = events.find(({ type }) => type === 'contact.erased');
    expect(found).toBeDefined();
    return found;
  });
  expect(erased.data).toMatchObject({
    id: contact.body.id,
    public_id: contact.body.public_id,
    records: [
      { record_type: 'contact', id: twin.body.id, public_id: twin.body.public_id },
      { record_type: 'lead', id: lead.body.id, public_id: lead.body.public_id },
    ],
  });
  expect(await findTexts(client, canaries, immutable)).toEqual([]);

  await followErased(mails);
  expect(await findTexts(client, [...canaries, ...mails.flatMap(tokensIn)], immutable)).toEqual([]);
});

/**
 * Lets the person react to the mails, and lets the mail server report a bounce of one of them. Waits until all hits are
 * judged.
 */
async function reactTo(mails: readonly string[]): Promise<void> {
  expect(mails).toHaveLength(4);
  // Hits immediately after the sending would be treated as hits of a scanner.
  await client.query(`update enrollments.deliveries set sent_at = sent_at - interval '1 hour'`);
  for (const mail of mails) await openAndFollow(mail);
  expect(await unsubscribeFrom(mails[0])).toContain('You are unsubscribed');
  expect(await reportBounce('first', mails[1])).toMatchObject({ status: 200, body: { accepted: 1 } });
  await eventually(async () => {
    const { rows } = await client.query(
      'select kind, verdict, count(*)::int from enrollments.hits group by 1, 2 order by 1, 2',
    );
    expect(rows).toEqual([
      { kind: 'bounce', verdict: null, count: 1 },
      { kind: 'click', verdict: 'human', count: 4 },
      { kind: 'open', verdict: 'human', count: 4 },
      { kind: 'unsubscribe', verdict: null, count: 1 },
    ]);
  });
  expect(await countTraces()).toEqual({ sends: 4, suppressions: 2, hits: 10, telling_hits: 10 });
}

/** Checks that the links of erased mails still work, name nobody, and leave no trace of a person who follows them. */
async function followErased(mails: readonly string[]): Promise<void> {
  for (const mail of mails) {
    await openAndFollow(mail);
    const question = await request(linkIn(mail, 'unsubscribe'));
    expect(question.status).toBe(200);
    for (const page of [await question.text(), await unsubscribeFrom(mail)]) {
      expect(page).toContain('The data of this receiver was erased');
      expect(canaries.filter((canary) => page.toLowerCase().includes(canary))).toEqual([]);
    }
  }
  expect(await reportBounce('second', mails[2])).toMatchObject({ status: 200, body: { accepted: 1 } });
  await eventually(async () => {
    expect(await countTraces()).toEqual({ sends: 0, suppressions: 0, hits: 19, telling_hits: 0 });
  });
}

async function openAndFollow(mail: string): Promise<void> {
  const picture = await request(linkIn(mail, 'pixel.gif'), { headers: reader });
  expect([picture.status, picture.headers.get('content-type')]).toEqual([200, 'image/gif']);
  const link = await request(linkIn(mail, 'click'), { headers: reader });
  expect([link.status, link.headers.get('location')]).toEqual([302, 'https://shop.example/?for=Zephyrine']);
}

async function unsubscribeFrom(mail = ''): Promise<string> {
  const body = new URLSearchParams({ 'List-Unsubscribe': 'One-Click' });
  const answer = await request(linkIn(mail, 'unsubscribe'), { method: 'POST', body, headers: reader });
  expect(answer.status).toBe(200);
  return answer.text();
}

function reportBounce(id: string, mail = '') {
  const reason = `550 no ${person.email} here`;
  const report = { type: 'bounce', bounce_type: 'hard', message_id: messageIdIn(mail), reason };
  return sendSigned(`${platform.baseUrl}/webhooks/nurture/bounce`, bounceSecret, { id, body: JSON.stringify(report) });
}

function tokensIn(mail: string): string[] {
  return [...mail.matchAll(/\?token=([\w-]+)/g)].flatMap(([, token]) => token ?? []);
}

/** Counts the rows about mails that contain traces of the person or of the person's reactions. */
async function countTraces(): Promise<Record<string, number> | undefined> {
  const { rows } = await client.query<Record<string, number>>(
    `select
       (select count(*)::int from enrollments.sends) as sends,
       (select count(*)::int from enrollments.suppressions) as suppressions,
       (select count(*)::int from enrollments.hits) as hits,
       (select count(*)::int from enrollments.hits
        where num_nonnulls(url, user_agent, address, detail) > 0) as telling_hits`,
  );
  return rows[0];
}
