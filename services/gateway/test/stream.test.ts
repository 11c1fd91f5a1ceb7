import { randomInt } from 'node:crypto';
import { connectDatabase } from '@drippulse/db';
import { type HintPublisher, hintsTopic, startHints } from '@drippulse/events';
import { createMetrics } from '@drippulse/observability';
import { Mode } from '@drippulse/proto/drippulse/rest/v1/mode_pb';
import { testLogger } from '@drippulse/service/harness';
import { type EventStream, eventually, openEvents } from '@drippulse/testing';
import { createRandom, testSeed } from '@drippulse/testing/hostile';
import { afterAll, afterEach, beforeAll, describe, expect, test } from '@jest/globals';
import { sql } from 'kysely';
import { type Call, type Gateway, logIn, startGateway } from './start-gateway.ts';

let gateway: Gateway;
let publisher: HintPublisher;
let organizationId: bigint;
let call: Call;
let token: string;
const opened: EventStream[] = [];
/** Ten times the time limit that the product promises. */
const promised = { timeoutMs: 180_000 };

beforeAll(async () => {
  gateway = await startGateway();
  publisher = startHints({ transport: gateway.events, log: testLogger(), metrics: createMetrics('test') });
  await gateway.makeOrganization('streamer');
  ({ call, token } = await logIn(gateway, 'streamer'));
  organizationId = BigInt((await call('GET', '/api/v1/admin/verify')).body.organization_id);
});
afterEach(async () => {
  for (const stream of opened.splice(0)) {
    stream.close();
    await stream.ended;
  }
  await untilClosed();
});
afterAll(async () => {
  await publisher?.stop();
  await gateway?.stop();
});

/** Waits until the places of closed streams are free. */
async function untilClosed(): Promise<void> {
  await eventually(async () => expect(await gateway.metrics()).toMatch(/^drippulse_streams_open\{[^}]*\} 0$/m));
}

async function open(topics: string, options: { token?: string; lastId?: string; url?: string } = {}) {
  const { lastId, url = gateway.url } = options;
  const stream = await openEvents(`${url}/api/v1/stream?topics=${topics}`, {
    token: options.token ?? token,
    ...(lastId !== undefined && { lastId }),
  });
  opened.push(stream);
  // The first block arrives once the stream listens.
  await eventually(() => expect(stream.retryMs()).toBeDefined());
  return stream;
}

function note(topic: string, id: string, more: { organization?: bigint; mode?: Mode; kind?: string } = {}): void {
  const { organization = organizationId, mode = Mode.UNSPECIFIED, kind = 'updated' } = more;
  publisher.note({ organizationId: organization, topic, id, kind, mode });
}

const hintsOf = ({ events }: EventStream) => events.filter(({ event }) => event === 'message').map(({ data }) => data);

test('hints of the own organization, topics and mode arrive, and no others', async () => {
  const key = (await call('POST', '/api/v1/api_keys', { mode: 'test' })).body.key;
  const live = await open('webhooks,enrollments:12,leads');
  const tests = await open('webhooks,leads', { token: key });
  note('webhooks', '1', { mode: Mode.TEST });
  note('webhooks', '2', { organization: organizationId + 1n });
  note('enrollments:13', '3', { mode: Mode.LIVE });
  note('contacts', '4');
  note('enrollments:12', '5', { mode: Mode.LIVE, kind: 'moved' });
  note('leads', '019ab3c4-5d6e-7f80-9a1b-2c3d4e5f6071');
  const lead = { topic: 'leads', id: '019ab3c4-5d6e-7f80-9a1b-2c3d4e5f6071', kind: 'updated' };
  await eventually(() => expect(hintsOf(live)).toHaveLength(2));
  expect(hintsOf(live)).toEqual(expect.arrayContaining([lead, { topic: 'enrollments:12', id: '5', kind: 'moved' }]));
  await eventually(() => expect(hintsOf(tests)).toHaveLength(2));
  expect(hintsOf(tests)).toEqual(expect.arrayContaining([lead, { topic: 'webhooks', id: '1', kind: 'updated' }]));
});

test('a test key sees the live rows that it asks for', async () => {
  const key = (await call('POST', '/api/v1/api_keys', { mode: 'test' })).body.key;
  const stream = await open('webhooks&mode=live', { token: key });
  note('webhooks', '1', { mode: Mode.LIVE });
  await eventually(() => expect(hintsOf(stream)).toEqual([{ topic: 'webhooks', id: '1', kind: 'updated' }]));
});

describe('what a stream may be asked for', () => {
  test.each([
    { topics: 'nothing', status: 422, error: 'unknown_topic' },
    { topics: 'webhooks,', status: 200, error: undefined },
    { topics: ',', status: 422, error: 'unknown_topic' },
    { topics: 'enrollments:', status: 422, error: 'unknown_topic' },
    { topics: 'enrollments:x', status: 422, error: 'unknown_topic' },
    { topics: 'enrollments:9007199254740993', status: 422, error: 'unknown_topic' },
    { topics: 'webhooks:3', status: 422, error: 'unknown_topic' },
    { topics: '__proto__', status: 422, error: 'unknown_topic' },
    {
      topics: Array.from({ length: 21 }, (_, id) => `enrollments:${id + 1}`).join(),
      status: 422,
      error: 'too_many_topics',
    },
  ])('topics=$topics answers $status', async ({ topics, status, error }) => {
    const head = await fetch(`${gateway.url}/api/v1/stream?topics=${topics}`, {
      method: 'HEAD',
      headers: { authorization: `Bearer ${token}` },
    });
    expect(head.status).toBe(status);
    if (error === undefined) return;
    const answer = await call('GET', `/api/v1/stream?topics=${topics}`);
    expect(answer).toMatchObject({ status, body: { error, errors: { topics: [expect.stringContaining('topics')] } } });
  });

  test('without topics it is a missing parameter', async () => {
    expect(await call('GET', '/api/v1/stream')).toMatchObject({ status: 400, body: { error: 'parameter_missing' } });
  });

  test('the sixth stream of a session is refused, those of others are not, and a closed one makes room', async () => {
    for (let count = 0; count < 5; count += 1) await open('webhooks');
    await expect(open('webhooks')).rejects.toThrow(/^429 .*too_much_at_once/);
    const key = (await call('POST', '/api/v1/api_keys', {})).body.key;
    await open('webhooks', { token: key });
    opened[0]?.close();
    await eventually(() => open('webhooks'));
  });
});

test('a stream ends with the reason after its key is revoked, and after its member is removed', async () => {
  const { id, key } = (await call('POST', '/api/v1/api_keys', {})).body;
  const member = { username: `m${randomInt(1e9)}`, email: `m${randomInt(1e9)}@example.com`, role: 'viewer' };
  const { body } = await call('POST', '/api/v1/team_members', { ...member, password: 'correct horse battery' });
  const streams = [
    await open('webhooks', { token: key }),
    await open('webhooks', { token: (await logIn(gateway, member.username)).token }),
  ];
  // The change is made through a different gateway, because this gateway would forget the credential immediately.
  const other = await gateway.startAnother();
  const elsewhere = (method: string, path: string) =>
    fetch(other.url + path, { method, headers: { authorization: `Bearer ${token}` } });
  expect((await elsewhere('DELETE', `/api/v1/team_members/${body.id}`)).status).toBe(204);
  expect((await elsewhere('DELETE', `/api/v1/api_keys/${id}/revoke`)).status).toBe(204);
  for (const stream of streams) {
    await eventually(() => expect(stream.events.map(({ event }) => event)).toEqual(['end']), promised);
    expect(stream.events[0]?.data).toMatchObject({ error: 'invalid_token', message: expect.any(String) });
    await stream.ended;
  }
  await other.stop();
});

test('clients that move between two gateways, one of which restarts, miss no hint', async () => {
  const random = createRandom(testSeed('streams'));
  const topics = ['webhooks', 'leads', 'workflows', 'enrollments:12'];
  const gateways = [await gateway.startAnother(), await gateway.startAnother()];
  let at = 0;
  const seen = new Set<string>();
  const noted: { what: string; atMs: number }[] = [];
  let lastId: string | undefined;

  async function follow(): Promise<EventStream> {
    const url = gateways[at]?.url ?? '';
    const stream = await open(topics.join(), { url, ...(lastId !== undefined && { lastId }) });
    lastId = stream.lastId();
    return stream;
  }
  function keep(stream: EventStream): void {
    for (const { event, data, atMs: readAtMs } of stream.events) {
      if (event !== 'message') continue;
      const { topic, id } = data;
      // A hint without an id covers every change of the topic that was recorded before the hint was read.
      for (const { what, atMs } of noted) {
        const isIt = id === null ? what.startsWith(`${topic} `) && atMs < readAtMs : what === `${topic} ${id}`;
        if (isIt) seen.add(what);
      }
    }
    lastId = stream.lastId();
  }

  /**
   * Publishes a few hints. Afterwards they are in the topic, because a publisher that stops sends the hints that still
   * wait.
   */
  async function publish(): Promise<void> {
    const own = startHints({ transport: gateway.events, log: testLogger(), metrics: createMetrics('test') });
    for (let count = random.below(3); count >= 0; count -= 1) {
      const topic = random.pick(topics);
      const id = String(noted.length + 1);
      noted.push({ what: `${topic} ${id}`, atMs: performance.now() });
      own.note({ organizationId, topic, id, kind: 'updated', mode: Mode.UNSPECIFIED });
    }
    await own.stop();
  }

  let stream = await follow();
  for (let round = 0; round < 12; round += 1) {
    await publish();
    if (round === 5) {
      // As in a rolling restart, the gateway asks its clients to leave, and a new gateway takes its place.
      await gateways[at]?.stop();
      await stream.ended;
      keep(stream);
      expect(stream.events.at(-1)).toMatchObject({ event: 'end', data: { error: 'restarting' } });
      expect(stream.retryMs()).toBeGreaterThanOrEqual(500);
      gateways[at] = await gateway.startAnother();
    } else {
      // The client is cut off at an arbitrary point.
      stream.close();
      await stream.ended;
      keep(stream);
    }
    // These hints are published while the client is disconnected.
    await publish();
    at = random.below(gateways.length);
    stream = await follow();
  }
  await eventually(() => {
    keep(stream);
    expect(noted.filter(({ what }) => !seen.has(what))).toEqual([]);
  });
  for (const each of gateways) await each.stop();
});

test('a client that was away for longer than hints are kept is asked to read everything again', async () => {
  const before = await open('webhooks,leads');
  const lastId = before.lastId();
  note('webhooks', '1');
  await eventually(() => expect(hintsOf(before)).toHaveLength(1));
  const db = connectDatabase<unknown>({
    url: gateway.database.url,
    ...{ schema: 'events', service: 'test', log: testLogger(), max: 1 },
  });
  await sql`update embedded_log set created_at = created_at - interval '6 minutes' where topic = ${hintsTopic}`.execute(
    db.kysely,
  );
  await db.close();
  // The second gateway starts after the hints were forgotten; the first gateway remembers them.
  const other = await gateway.startAnother();
  const late = await open('webhooks,leads', { url: other.url, lastId });
  await eventually(() => expect(hintsOf(late)).toHaveLength(2));
  expect(hintsOf(late)).toEqual([
    { topic: 'webhooks', id: null, kind: 'resync' },
    { topic: 'leads', id: null, kind: 'resync' },
  ]);
  const known = await open('webhooks,leads', { lastId });
  await eventually(() => expect(hintsOf(known)).toEqual([{ topic: 'webhooks', id: '1', kind: 'updated' }]));
  await other.stop();
});
