import { readdir, readFile } from 'node:fs/promises';
import path from 'node:path';
import { type FakeProviders, startFakeProviders } from '@drippulse/fake-providers';
import { type RunningPlatform, startLayout } from '@drippulse/harness';
import { eventually, type Receiver, startReceiver, takesAll } from '@drippulse/testing';
import { afterAll, beforeAll, expect, jest, test } from '@jest/globals';

const count = takesAll ? 1_000 : 300;
/** Number of enrollments in the second workflow, which continues at another step when its first step fails. */
const others = 50;
const [old, anew] = ['pat-na1-canary-old-0001', 'pat-na1-canary-new-0002'];
const patience = { timeoutMs: 20 * 60_000 };
jest.setTimeout(40 * 60_000);

let fakes: FakeProviders;
let receiver: Receiver;
let platform: RunningPlatform;
beforeAll(async () => {
  fakes = await startFakeProviders();
  receiver = await startReceiver();
  platform = await startLayout('start', { env: { PROVIDER_HOSTS_OVERRIDE: fakes.url } });
});
afterAll(async () => {
  await platform?.dispose();
  await receiver?.stop();
  await fakes?.stop();
});

test('a connection that breaks under hundreds of running enrollments is said once, and after a reconnect all of them complete, none twice', async () => {
  const { api } = platform;
  for (const event_type of ['integration.connection_failed', 'integration.connection_recovered']) {
    expect(await api.post('/api/v1/webhooks', { url: receiver.url, event_type })).toMatchObject({ status: 201 });
  }
  const made = await api.post('/api/v1/integration_connections', {
    provider: 'hubspot',
    credentials: { access_token: old },
  });
  const connection = `/api/v1/integration_connections/${made.body.id}`;
  const failing = await enroll('Fails', {}, count);
  const going = await enroll('Goes on', { on_error: 'after' }, others);

  const hubspot = fakes.provider('hubspot');
  /** Returns the people who have a note. A person with several notes is returned several times. */
  const done = (word: string) =>
    [...hubspot.effects()]
      .flatMap(([effect, times]) => {
        const [address] = new RegExp(`${word}-\\d+@example.com`).exec(effect) ?? [];
        return address === undefined ? [] : Array.from({ length: times }, () => address);
      })
      .sort();

  // The provider ends the token when some enrollments are done and all others are under way.
  await eventually(() => expect(hubspot.effects().size).toBeGreaterThan(count / 10), patience);
  hubspot.refuse(old);
  await eventually(async () => expect((await totals(failing)).active).toBe(0), patience);
  const { failed, completed } = await totals(failing);
  expect(failed).toBeGreaterThan(count / 10);
  expect(failed + completed).toBe(count);
  await eventually(async () => expect(await totals(going)).toMatchObject({ completed: others, failed: 0 }), patience);
  await eventually(() => expect(eventsOf('integration.connection_failed')).toHaveLength(1));
  await eventually(async () => expect(await mails()).toHaveLength(1));
  expect((await mails())[0]).toContain('stopped working');
  expect(await api.get(connection)).toMatchObject({
    body: { status: 'disabled', status_reason: 'reconnect_required' },
  });
  expect(await api.post(`${connection}/retry_failed`, {})).toMatchObject({ body: { error: 'connection_not_active' } });

  expect(await api.patch(connection, { credentials: { access_token: anew } })).toMatchObject({ status: 200 });
  const { body: retry } = await api.post(`${connection}/retry_failed`, {});
  await eventually(async () => {
    const { body } = await api.get(`${connection}/retries/${retry.id}`);
    expect(body).toMatchObject({ status: 'completed', retried: failed });
  }, patience);
  await eventually(async () => expect(await totals(failing)).toMatchObject({ completed: count, failed: 0 }), patience);
  expect(await api.post(`${connection}/retry_failed`, {})).toMatchObject({ status: 202 });
  expect(done('fails')).toEqual(Array.from({ length: count }, (_, index) => `fails-${index}@example.com`).sort());
  expect(fakes.refusals()).toEqual([]);
  await eventually(() => expect(eventsOf('integration.connection_recovered')).toHaveLength(1));
  expect(eventsOf('integration.connection_failed')).toHaveLength(1);
  expect(await mails()).toHaveLength(1);
});

/**
 * Starts a workflow for a number of people. One step makes a note at HubSpot for each person; `more` has the members
 * that determine how the step handles errors.
 */
async function enroll(name: string, more: object, people: number): Promise<string> {
  const payload = { body: 'Of {{ email }}' };
  const act = { integration_id: 'hubspot', action: 'create_note', payload, ...more };
  const steps = [
    { type: 'integration_action', id: 'act', config: act },
    { type: 'log', id: 'after', config: { message: 'done' } },
  ];
  const { body } = await platform.api.post('/api/v1/workflows', { name, status: 'active', steps });
  const word = name.toLowerCase().replace(' ', '-');
  const contacts = Array.from({ length: people }, (_, index) => ({ email: `${word}-${index}@example.com` }));
  const enrollments = `/api/v1/workflows/${body.id}/enrollments`;
  expect(await platform.api.post(`${enrollments}/bulk`, { contacts })).toMatchObject({ status: 201 });
  return enrollments;
}

async function totals(enrollments: string): Promise<Record<'active' | 'completed' | 'failed', number>> {
  return (await platform.api.get(`${enrollments}?limit=1`)).body.step_funnel.totals;
}

function eventsOf(type: string): unknown[] {
  return receiver.requests.map(({ body }) => JSON.parse(body.toString())).filter((event) => event.type === type);
}

/** Returns the mails about connections. */
async function mails(): Promise<string[]> {
  const folder = path.join(platform.dataDir, 'mail');
  const names = (await readdir(folder)).filter((name) => name.endsWith('.eml'));
  const texts = await Promise.all(names.map((name) => readFile(path.join(folder, name), 'utf8')));
  return texts.filter((text) => /^Subject:.*(connection|HubSpot)/im.test(text));
}
