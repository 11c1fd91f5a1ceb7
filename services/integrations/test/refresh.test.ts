import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { resolve } from 'node:path';
import { createInterface } from 'node:readline';
import { type RotatingProvider, startRotatingProvider } from '@drippulse/fake-providers/rotating';
import { eventually } from '@drippulse/testing';
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { sql } from 'kysely';
import { admin, type Harness, startHarness } from './harness.ts';

const slowAnswerMs = 500;
const workers = 20;

let provider: RotatingProvider;
let harness: Harness;
let children: ChildProcess[] = [];

beforeAll(async () => {
  provider = await startRotatingProvider({ redirectUri: 'http://localhost:3000/auth/connections/callback' });
  harness = await startHarness({ env: { PROVIDER_HOSTS_OVERRIDE: provider.url } });
});
afterAll(async () => {
  for (const child of children) child.kill('SIGKILL');
  await harness?.stop();
  await provider?.stop();
});

test('the workers of three processes make one token call, also of a slow provider, and all get its token', async () => {
  const id = await connect('ada@shared');
  const before = provider.tokenCalls();
  provider.fail({ delayMs: slowAnswerMs });
  const answers = await refreshInProcesses(id, 3);
  expect(answers).toHaveLength(3 * workers);
  const tokens = new Set(answers.map(({ token }) => token));
  expect([...tokens]).toHaveLength(1);
  expect(await provider.isLive([...tokens][0] ?? '')).toBe(true);
  expect(provider.tokenCalls() - before).toBe(1);
  await expectUsable(id);
});

test('a process that dies before its call reaches the provider is followed by another one, with one further call', async () => {
  const id = await connect('ada@killed');
  const before = provider.tokenCalls();
  provider.fail({ hang: true });
  const [holder] = await startChildren(id, 1);
  holder?.child.stdin?.write('go\n');
  await provider.tokenCall(before + 1);
  holder?.child.kill('SIGKILL');
  await endLease(id);
  const answers = await refreshInProcesses(id, 1);
  expect(new Set(answers.map(({ class: verdict }) => verdict))).toEqual(new Set(['fresh']));
  expect(provider.tokenCalls() - before).toBe(2);
  await expectUsable(id);
});

test('a stop of the service waits for a refresh, and its new token is stored', async () => {
  const id = await connect('ada@stopped');
  const before = provider.tokenCalls();
  provider.fail({ delayMs: slowAnswerMs });
  const refreshed = refreshByRequest(id).catch(() => undefined);
  await provider.tokenCall(before + 1);
  await harness.stopServices();
  await refreshed;
  await harness.start();
  expect(await rowOf(id)).toMatchObject({ status: 'active', lease_owner: null });
  await expectUsable(id);
});

test('new tokens are stored although the database breaks off', async () => {
  const id = await connect('ada@broken-off');
  const before = provider.tokenCalls();
  provider.fail({ delayMs: slowAnswerMs });
  const refreshed = refreshByRequest(id);
  await provider.tokenCall(before + 1);
  await harness.db.kysely.transaction().execute(async (trx) => {
    await sql`select from connections where id = ${id} for update`.execute(trx);
    await eventually(async () => {
      const { rows } = await sql`
        select pg_terminate_backend(pid) from pg_stat_activity
        where wait_event_type = 'Lock' and query like 'update "connections"%'`.execute(harness.db.kysely);
      expect(rows).toHaveLength(1);
    });
  });
  await refreshed;
  expect(await rowOf(id)).toMatchObject({ status: 'active', lease_owner: null });
  expect(provider.tokenCalls() - before).toBe(1);
  await expectUsable(id);
});

test('a lost answer of a provider that rotates is asked for once more, and said honestly: one event, one mail for each admin', async () => {
  const id = await connect('ada@lost');
  const before = provider.tokenCalls();
  const mailsBefore = (await harness.mails()).length;
  harness.uses.push({ workflowId: 7n, name: 'Onboarding', stepIds: ['s2'], actions: ['create_meeting'] });
  provider.fail({ lost: true });
  const answers = await refreshInProcesses(id, 2);
  expect(new Set(answers.map(({ class: verdict }) => verdict))).toEqual(new Set(['credentials']));
  expect(provider.tokenCalls() - before).toBe(2);
  const { integrationConnection } = await harness.connections(admin).getIntegrationConnection({ id });
  expect(integrationConnection).toMatchObject({
    statusReason: 'reconnect_required',
    lastError: { code: 'refresh_interrupted' },
  });
  await eventually(() => {
    expect(eventsOf(id)).toMatchObject([
      { case: 'connectionFailed', value: { reason: 'refresh_interrupted', workflows: [{ workflowId: 7n }] } },
    ]);
  });
  await eventually(async () => expect((await harness.mails()).length - mailsBefore).toBe(2));
  harness.uses.length = 0;
});

test('a consent that was ended disables the connection once, however many calls hear of it', async () => {
  const id = await connect('ada@ended');
  const mailsBefore = (await harness.mails()).length;
  await provider.endConsents('ada@ended');
  const { test: found } = await harness.connections(admin).testIntegrationConnection({ id });
  expect(found).toMatchObject({ ok: false });
  const answers = await refreshInProcesses(id, 1);
  expect(new Set(answers.map(({ class: verdict }) => verdict))).toEqual(new Set(['credentials']));
  await eventually(async () => expect((await harness.mails()).length - mailsBefore).toBe(2));
  expect(eventsOf(id)).toHaveLength(1);
});

test('a connection that is deleted while others are kept alive keeps none of them waiting', async () => {
  const [first, gone, last] = [await connect('ada@kept'), await connect('bob@kept'), await connect('cem@kept')];
  const age = sql<Date>`now() - interval '40 days'`;
  await harness.stopServices();
  await harness.db.kysely
    .updateTable('connections')
    .set({ refreshed_at: age, kept_at: null })
    .where('id', 'in', [first, gone, last])
    .execute();
  const before = provider.tokenCalls();
  provider.fail({ delayMs: 300 });
  await harness.start();
  await provider.tokenCall(before + 1);
  await harness.db.kysely.deleteFrom('connections').where('id', '=', gone).execute();
  await eventually(async () => {
    for (const id of [first, last]) {
      const { refreshed_at: at } = await rowOf(id);
      expect(at?.getTime()).toBeGreaterThan(Date.now() - 3_600_000);
    }
  });
});

/** Creates a connection with a person's refresh token. The creation gets the first access token. */
async function connect(person: string): Promise<bigint> {
  const credentials = {
    refresh_token: await provider.giveRefreshToken(person),
    client_id: provider.client.id,
    client_secret: provider.client.secret,
  };
  const { integrationConnection } = await harness.connections(admin).createIntegrationConnection({
    provider: 'zoom',
    externalKey: person.replace('@', '-'),
    credentials: Buffer.from(JSON.stringify(credentials)),
  });
  return integrationConnection?.id ?? 0n;
}

type Answer = { class: string; token?: string };
type Child = { child: ChildProcess; lines: AsyncIterator<string> };

async function refreshInProcesses(id: bigint, count: number): Promise<Answer[]> {
  const started = await startChildren(id, count);
  for (const { child } of started) child.stdin?.write('go\n');
  const answers = await Promise.all(
    started.map(async ({ lines }) => JSON.parse((await lines.next()).value ?? '[]') as Answer[]),
  );
  await Promise.all(started.map(async ({ child }) => child.exitCode ?? once(child, 'exit')));
  return answers.flat();
}

/** Starts processes that read the connection, and then wait for a signal to refresh its token. */
async function startChildren(id: bigint, count: number): Promise<Child[]> {
  const input = JSON.stringify({ config: harness.config, connectionId: String(id), workers });
  const started = Array.from({ length: count }, () => {
    const child = spawn(process.execPath, [resolve(import.meta.dirname, 'child-refresher.ts')], {
      env: { ...process.env, TEST_INPUT: input },
      stdio: ['pipe', 'pipe', 'inherit'],
    });
    return { child, lines: createInterface(child.stdout)[Symbol.asyncIterator]() };
  });
  children = [...children, ...started.map(({ child }) => child)];
  for (const { lines } of started) expect(await lines.next()).toMatchObject({ value: 'ready' });
  return started;
}

/** Ends the lease of a dead process. */
async function endLease(id: bigint): Promise<void> {
  await harness.db.kysely
    .updateTable('connections')
    .set({ lease_until: new Date(0) })
    .where('id', '=', id)
    .execute();
}

async function refreshByRequest(id: bigint) {
  await harness.db.kysely.updateTable('connections').set({ refreshed_at: null }).where('id', '=', id).execute();
  return harness.connections(admin).refreshIntegrationToken({ id });
}

/** Checks that the stored refresh token is the last one that the provider issued. */
async function expectUsable(id: bigint): Promise<void> {
  const { integrationConnection } = await refreshByRequest(id);
  expect(integrationConnection?.lastError).toBeUndefined();
}

function rowOf(id: bigint) {
  return harness.db.kysely.selectFrom('connections').selectAll().where('id', '=', id).executeTakeFirstOrThrow();
}

function eventsOf(id: bigint) {
  return harness.events
    .filter(({ aggregate }) => aggregate === `integration_connection:${id}`)
    .map(({ payload }) => payload);
}
