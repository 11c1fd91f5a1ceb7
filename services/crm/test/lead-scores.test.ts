import { createHmac } from 'node:crypto';
import { createRandom, testSeed } from '@drippulse/testing/hostile';
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { sql } from 'kysely';
import { forgetInboundMessages } from '../src/loops/forget-inbound-messages.ts';
import { found } from './collections.ts';
import { anonymous, editor, type Harness, key, slugOf, startHarness, stranger, tester } from './harness.ts';
import { refusal } from './refusal.ts';

const admin = { ...editor, role: 'admin' as const };
const strangeAdmin = { ...stranger, role: 'admin' as const };
const seed = testSeed('lead scores');
const random = createRandom(seed);
/** Offset of the service's clock, in milliseconds. */
let shiftMs = 0;
let harness: Harness;
beforeAll(async () => {
  harness = await startHarness({ clock: { now: () => new Date(Date.now() + shiftMs) } });
});
afterAll(() => harness.stop());

const hour = 3_600_000;
let sent = 0;

/** Message of a sender. Members that are present replace those that a correct sender would send. */
type Sent = {
  secret: string;
  body: unknown;
  org?: string;
  id?: string;
  atMs?: number;
  signature?: string;
  headers?: Record<string, string>;
};

/** Sends a message in the same way as the gateway. */
async function send({ secret, body, org = slugOf(editor), id, atMs = 0, signature, headers }: Sent) {
  sent += 1;
  const messageId = id ?? `msg_${seed}_${sent}`;
  const timestamp = String(Math.floor((Date.now() + shiftMs + atMs) / 1000));
  const data = Buffer.isBuffer(body) ? body : Buffer.from(typeof body === 'string' ? body : JSON.stringify(body));
  const key = Buffer.from(secret.slice('whsec_'.length), 'base64');
  const digest = createHmac('sha256', key).update(`${messageId}.${timestamp}.`).update(data).digest('base64');
  let status = 202;
  const answer = await harness.inbound(anonymous).receiveLeadScore(
    { org, body: { contentType: 'application/json', data } },
    {
      headers: {
        'webhook-id': messageId,
        'webhook-timestamp': timestamp,
        'webhook-signature': signature ?? `v1,${digest}`,
        ...headers,
      },
      onHeader(given) {
        status = Number(given.get('x-http-status') ?? status);
      },
    },
  );
  return { status, duplicate: answer.duplicate };
}

async function makeSecret(caller = admin) {
  const { inboundSecret } = await harness.inboundSecrets(caller).rotateLeadScoringSecret({});
  return found(inboundSecret);
}

async function makeLead(fields: object, caller = editor) {
  const { lead } = await harness.leads(caller).createCrmLead(fields);
  return found(lead);
}

async function scoreOf(id: string, caller = editor) {
  return (await harness.leads(caller).getCrmLead({ id })).lead?.score;
}

test('a secret is shown once and stored sealed, and a test key makes none', async () => {
  const { secret, publicPath, previousValidUntil } = await makeSecret();
  expect({ secret, publicPath, previousValidUntil }).toEqual({
    secret: expect.stringMatching(/^whsec_[A-Za-z0-9+/]{43}=$/),
    publicPath: `/webhooks/lead_scoring?org=${slugOf(editor)}`,
    previousValidUntil: undefined,
  });
  const stored = await sql<{ secret: Buffer }>`select secret from inbound_secrets`.execute(harness.db);
  for (const row of stored.rows) expect(row.secret.includes(secret.slice(6, 20))).toBe(false);
  const refused = await refusal(harness.inboundSecrets(tester).rotateLeadScoringSecret({}));
  expect(refused?.error).toBe('permission_denied test_mode');
});

test('a signed score is the score of the lead, with its author and the event lead.scored', async () => {
  const { secret } = await makeSecret();
  const lead = await makeLead({ email: 'Scored@example.com', score: 5 });
  const factors = '[{"name":"visits","weight":12345678901234567890.5}]';
  const body = `{"lead":{"public_id":"${lead.publicId}"},"score":0.07,"model":"fit-3","factors":${factors}}`;
  expect(await send({ secret, body })).toEqual({ status: 202, duplicate: false });
  expect(await scoreOf(lead.id)).toBe(7);
  const { changeEvents } = await harness.changes(editor).listCrmChangeEvents({ recordId: lead.id });
  expect(changeEvents[0]).toMatchObject({ action: 'updated', actorType: 'lead_scoring', actorId: 'lead_scoring' });
  expect(JSON.parse(Buffer.from(changeEvents[0]?.changes ?? []).toString())).toEqual({
    score: { before: 5, after: 7 },
  });
  expect(await harness.eventsOf(`lead:${lead.id}`, 3)).toEqual(['1 leadCreated', '2 leadUpdated', '2 leadScored']);
  const scored = harness.published.find(({ payload }) => payload.case === 'leadScored')?.payload.value;
  expect(scored).toMatchObject({ lead: { id: lead.id, score: 7 }, score: 7, previousScore: 5, model: 'fit-3' });
  expect(
    Buffer.from(scored?.$typeName === 'drippulse.crm.v1.CrmLeadScore' ? (scored.factors ?? []) : []).toString(),
  ).toBe(factors);
});

test.each([
  ['percent', 72.5, 72.5],
  ['unit', 1, 100],
  [undefined, 0, 0],
])('on the scale %s a score of %d is stored as %d', async (scale, score, stored) => {
  const { secret } = await makeSecret();
  const lead = await makeLead({ email: `scale-${stored}@example.com` });
  await send({ secret, body: { lead: { public_id: lead.id }, score, ...(scale && { scale }) } });
  expect(await scoreOf(lead.id)).toBe(stored);
});

test('a score that the lead has already writes no change, and is still reported as judged', async () => {
  const { secret } = await makeSecret();
  const lead = await makeLead({ email: 'same@example.com', score: 50 });
  await send({ secret, body: { lead: { email: 'same@example.com' }, score: 0.5 } });
  expect(await harness.eventsOf(`lead:${lead.id}`, 2)).toEqual(['1 leadCreated', '1 leadScored']);
});

test('an address means the newest lead that has it in any case, an id elsewhere the lead of that system', async () => {
  const { secret } = await makeSecret();
  const older = await makeLead({ email: 'twice@example.com', externalSystem: 'one', externalId: 'x7' });
  const newer = await makeLead({ email: 'Twice@Example.com', externalSystem: 'two', externalId: 'x7' });
  await makeLead({ email: 'twice@example.com' }, stranger);
  await send({ secret, body: { lead: { email: 'TWICE@example.com' }, score: 0.2 } });
  expect([await scoreOf(older.id), await scoreOf(newer.id)]).toEqual([undefined, 20]);
  await send({ secret, body: { lead: { external_id: 'x7', external_system: 'one' }, score: 0.3 } });
  expect([await scoreOf(older.id), await scoreOf(newer.id)]).toEqual([30, 20]);
  const unclear = await refusal(send({ secret, body: { lead: { external_id: 'x7' }, score: 0.3 } }));
  expect(unclear).toMatchObject({ error: 'invalid validation_failed', fields: { 'lead.external_system': /needed/ } });
});

test('a message is taken once, also when two of it arrive together; one that was refused may be sent again', async () => {
  const { secret } = await makeSecret();
  const message = { secret, id: `again_${seed}`, body: { lead: { email: 'late@example.com' }, score: 0.1 } };
  expect((await refusal(send(message)))?.error).toBe('not_found lead_not_found');
  const lead = await makeLead({ email: 'late@example.com' });
  const answers = await Promise.all([1, 2, 3, 4].map(() => send(message)));
  expect(answers.map(({ status, duplicate }) => `${status} ${duplicate}`).sort()).toEqual([
    '200 true',
    '200 true',
    '200 true',
    '202 false',
  ]);
  // Ids belong to the organization, so a different organization may use the same id.
  const theirs = await makeSecret(strangeAdmin);
  const theirLead = await makeLead({ email: 'late@example.com' }, stranger);
  const reused = { ...message, secret: theirs.secret, org: slugOf(stranger) };
  expect(await send(reused)).toEqual({ status: 202, duplicate: false });
  expect([await scoreOf(lead.id), await scoreOf(theirLead.id, stranger)]).toEqual([10, 10]);
  // After a week the id is forgotten.
  await sql`update inbound_messages set received_at = now() - interval '7 days 1 second'`.execute(harness.db);
  expect(await forgetInboundMessages(harness.db)).toBeGreaterThan(0);
  expect(await send(message)).toEqual({ status: 202, duplicate: false });
});

test('a message is refused when its signed time is more than 300 seconds before or after now', async () => {
  const { secret } = await makeSecret();
  const lead = await makeLead({ email: 'timely@example.com' });
  const body = { lead: { public_id: lead.publicId }, score: 0.4 };
  for (const atMs of [-302_000, 302_000]) {
    expect((await refusal(send({ secret, body, atMs })))?.error).toBe('malformed stale_message');
  }
  for (const atMs of [-298_000, 298_000]) expect((await send({ secret, body, atMs })).status).toBe(202);
});

test('after a rotation the former secret verifies for 24 hours', async () => {
  const first = await makeSecret();
  const second = await makeSecret();
  const lead = await makeLead({ email: 'rotated@example.com' });
  const body = { lead: { public_id: lead.publicId }, score: 0.4 };
  shiftMs += 24 * hour - 10_000;
  for (const { secret } of [first, second]) expect((await send({ secret, body })).status).toBe(202);
  shiftMs += 20_000;
  expect((await refusal(send({ secret: first.secret, body })))?.error).toBe('unauthenticated invalid_signature');
  expect((await send({ secret: second.secret, body })).status).toBe(202);
  // Only the newest replaced secret stays valid. The secret before it is refused.
  const third = await makeSecret();
  await makeSecret();
  expect((await refusal(send({ secret: second.secret, body })))?.error).toBe('unauthenticated invalid_signature');
  expect((await send({ secret: third.secret, body })).status).toBe(202);
});

test('whatever is wrong with a signature has the same answer, and no effect', async () => {
  const { secret } = await makeSecret();
  const theirs = await makeSecret(strangeAdmin);
  const lead = await makeLead({ email: 'safe@example.com', score: 1 });
  const body = { lead: { public_id: lead.publicId }, score: 0.9 };
  const foreign = `whsec_${Buffer.alloc(32, 7).toString('base64')}`;
  const wrong: Record<string, Partial<Sent>> = {
    'an unknown organization': { org: 'nobody' },
    'the organization in other letters': { org: slugOf(editor).toUpperCase() },
    'an organization that is no slug': { org: "' or true --" },
    'a foreign secret': { secret: foreign },
    'the secret of another organization': { secret: theirs.secret },
    'our secret for another organization': { org: slugOf(stranger) },
    'no signature': { signature: '' },
    'a signature of another version': { signature: `v1a,${Buffer.alloc(32).toString('base64')}` },
    'a short signature': { signature: 'v1,AAAA' },
    'many signatures': { signature: Array.from({ length: 500 }, () => 'v1,AAAA').join(' ') },
    'another id than the signed one': { headers: { 'webhook-id': 'other' } },
    'another time than the signed one': { headers: { 'webhook-timestamp': '1700000000' } },
    'a time in another form': { headers: { 'webhook-timestamp': '17e8' } },
    'no headers': { headers: { 'webhook-id': '', 'webhook-timestamp': '', 'webhook-signature': '' } },
  };
  for (const [what, change] of Object.entries(wrong)) {
    const answer = await refusal(send({ secret, body, ...change }));
    expect([what, answer]).toEqual([what, { error: 'unauthenticated invalid_signature', fields: {} }]);
  }
  expect(await scoreOf(lead.id)).toBe(1);
});

test.each<[string, unknown, string, object]>([
  ['no JSON', 'score=1', 'malformed malformed_json', {}],
  ['no text', '\u0000', 'malformed malformed_json', {}],
  ['no lead', { score: 0.5 }, 'malformed parameter_missing', { lead: 'is required' }],
  ['no score', { lead: { email: 'a@example.com' } }, 'malformed parameter_missing', { score: 'is required' }],
  ['a lead without a name', { lead: {}, score: 0.5 }, 'invalid validation_failed', { lead: /needs/ }],
  [
    'too much for the scale',
    { lead: { email: 'a@b.co' }, score: 72 },
    'invalid validation_failed',
    { score: /0 to 1 / },
  ],
  ['a negative score', { lead: { email: 'a@b.co' }, score: -0.1 }, 'invalid validation_failed', { score: /0 to 1 / }],
  [
    'another scale',
    { lead: { email: 'a@b.co' }, score: 1, scale: 'stars' },
    'invalid validation_failed',
    { scale: /./ },
  ],
  [
    'a score that is not a number',
    '{"lead":{"email":"a@b.co"},"score":1e999}',
    'invalid validation_failed',
    { score: /./ },
  ],
  [
    'a long model',
    { lead: { email: 'a@b.co' }, score: 1, model: 'm'.repeat(201) },
    'invalid validation_failed',
    { model: /200/ },
  ],
  [
    'many factors',
    { lead: { email: 'a@b.co' }, score: 1, factors: 'f'.repeat(17_000) },
    'invalid validation_failed',
    { factors: /16/ },
  ],
  [
    'a forbidden key',
    '{"lead":{"email":"a@b.co"},"score":1,"factors":{"__proto__":1}}',
    'invalid validation_failed',
    {},
  ],
  ['a NUL', '{"lead":{"email":"a\\u0000@b.co"},"score":1}', 'invalid validation_failed', {}],
])('a signed message with %s is refused, and may be sent again', async (_what, body, error, fields) => {
  const { secret } = await makeSecret();
  // All messages have one id. They are not taken for repeats, because a refused message is not recorded as processed.
  const answer = await refusal(send({ secret, body, id: `refused_${seed}` }));
  expect(answer?.error).toBe(error);
  for (const [field, message] of Object.entries(fields)) expect(answer?.fields[field]).toMatch(message);
});

test.each<[string, Buffer]>([
  ['random bytes', Buffer.from(Uint8Array.from({ length: 1 << 20 }, () => random.below(256)))],
  ['NULs', Buffer.alloc(1 << 20)],
  ['bytes that are no UTF-8', Buffer.alloc(1 << 20, 0xff)],
  ['brackets', Buffer.alloc(1 << 20, '[')],
  ['a document that is not closed', Buffer.from(`{"score":0.5,"model":"${'m'.repeat(1 << 20)}`)],
  ['one number', Buffer.alloc(1 << 20, '9')],
  ['a long address', Buffer.from(JSON.stringify({ lead: { email: 'a'.repeat(1 << 20) }, score: 0.5 }))],
])(
  'a megabyte of %s with a right signature gets a clear answer, and the right message is taken after it',
  async (_, body) => {
    const { secret } = await makeSecret();
    const lead = await makeLead({ email: `flood${sent}@example.com`, score: 1 });
    const id = `flood_${seed}_${sent}`;
    const answer = await refusal(send({ secret, body, id }));
    expect(answer?.error).toMatch(
      /^(malformed (malformed_json|not_an_object|too_deep|parameter_missing)|invalid validation_failed|not_found lead_not_found)$/,
    );
    expect(await scoreOf(lead.id)).toBe(1);
    expect(await send({ secret, body: { lead: { public_id: lead.publicId }, score: 0.6 }, id })).toEqual({
      status: 202,
      duplicate: false,
    });
    expect(await scoreOf(lead.id)).toBe(60);
  },
);

test('a deleted lead and one of another organization are not found', async () => {
  const { secret } = await makeSecret();
  const theirs = await makeLead({ email: 'theirs@example.com', externalId: 'x9' }, stranger);
  const gone = await makeLead({ email: 'gone@example.com' });
  await harness.leads(key).deleteCrmLead({ id: gone.id });
  for (const lead of [
    { public_id: theirs.publicId },
    { public_id: theirs.id },
    { email: 'theirs@example.com' },
    { external_id: 'x9' },
    { public_id: gone.publicId },
    { email: 'gone@example.com' },
    { public_id: '../../etc' },
  ]) {
    const answer = await refusal(send({ secret, body: { lead, score: 0.5 } }));
    expect(answer?.error).toBe('not_found lead_not_found');
  }
  expect(await scoreOf(theirs.id, stranger)).toBeUndefined();
});
