import { type Api, type ApiAnswer, type RunningPlatform, startLayout } from '@drippulse/harness';
import { Auth, TestMode } from '@drippulse/proto/drippulse/rest/v1/rest_pb';
import { eventually, type Receiver, type Resources, startReceiver, type TestDatabase } from '@drippulse/testing';
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import pg from 'pg';
import { changesOf, isSettled, type LiveRows, readLiveRows } from '../src/live-rows.ts';
import { makeAllResources } from '../src/organizations.ts';
import { startOwnDatabase } from '../src/own-database.ts';
import { collectionOf, fill, nounsOf, routes } from '../src/routes.ts';

let database: TestDatabase;
let client: pg.Client;
let receiver: Receiver;
let platform: RunningPlatform;
let testKey: Api;
/** `live` are the rows of a live caller, `own` the rows that the test key made. */
let live: Resources;
let own: Resources;
let before: LiveRows;
let heardBefore: number;

beforeAll(async () => {
  database = await startOwnDatabase();
  receiver = await startReceiver();
  platform = await startLayout('start', {
    env: {
      DATABASE_URL: database.url,
      WEBHOOK_ALLOW_PRIVATE: 'true',
      RATE_LIMIT_PER_MINUTE: '1000000',
      RATE_LIMIT_BURST: '100000',
    },
  });
  client = new pg.Client(database.url);
  await client.connect();
  testKey = platform.api.as((await platform.api.post('/api/v1/api_keys', { mode: 'test' })).body.key);
  live = await makeAllResources(platform.api, 'live');
  const { deliveries, webhooks } = live;
  await platform.api.patch(`/api/v1/webhooks/${webhooks}`, { url: receiver.url, event_types: ['*'] });
  await platform.api.post(`/api/v1/webhooks/${webhooks}/deliveries/${deliveries}/redeliver`);
  await settle();
  before = await readLiveRows(client);
  heardBefore = await heard();
  own = await makeOwn();
});
afterAll(async () => {
  await client?.end();
  await platform?.dispose();
  await receiver?.stop();
  await database?.drop();
});

/**
 * Waits until every event, delivery, mail and job is finished. A delivery that failed before its webhook was changed is
 * retried after a minute.
 */
const settle = () => eventually(async () => expect(await isSettled(client)).toBe(true));

/** Returns the number of events that were sent to the live webhook, which is subscribed to all events. */
const heard = async () => (await platform.api.get(`/api/v1/webhooks/${live['webhooks']}/deliveries`)).body.total_count;

async function makeOwn(): Promise<Resources> {
  async function post(path: string, body: object): Promise<ApiAnswer['body']> {
    const answer = await testKey.post(`/api/v1${path}`, body);
    expect([path, answer.status, answer.body]).toMatchObject([path, expect.any(Number), expect.any(Object)]);
    expect(answer.status).toBeLessThan(300);
    return answer.body;
  }
  const steps = [{ type: 'wait', duration: 1, unit: 'weeks' }];
  const project = await post('/projects', { name: 'trial' });
  const workflow = await post('/workflows', { name: 'trial', project_id: project.id, steps });
  const bulk = await post(`/workflows/${workflow.id}/enrollments/bulk`, { contacts: [{ email: 'trial@example.com' }] });
  const webhook = await post('/webhooks', { url: receiver.url, event_type: '*' });
  const delivery = await post(`/webhooks/${webhook.id}/test`, {});
  const recovery = await post(`/webhooks/${webhook.id}/recover`, { since: new Date().toISOString() });
  const form = await post('/lead_forms', { name: 'trial', workflow_id: workflow.id });
  const plan = await post('/operator/plans/preview', { goal: 'intake', answers: { intake: { form_name: 'planned' } } });
  const suppression = await post('/suppressions', { email: 'trial@example.com' });
  const mapping = [{ from: 'E-mail', to: 'email' }];
  const source = await post('/data_sources', { name: 'trial', type: 'csv', target: 'leads', mapping });
  const run = await post('/data_source_runs', { data_source_id: source.id });
  const factors = [{ name: 'known', weight: 1, conditions: [{ field: 'email', operator: 'exists' }] }];
  const template = await post('/agent_templates', {
    name: 'trial',
    kind: 'scorer',
    default_configuration: { factors },
  });
  const agent = await post('/agents/spawn', { name: 'trial', type: 'template', template_id: template.id });
  const execution = await post(`/agents/${agent.id}/execute`, { input: { email: 'trial@example.com' } });
  const evalSet = await post('/eval_sets', { agent_id: agent.id, name: 'trial' });
  const evalCase = await post(`/eval_sets/${evalSet.id}/cases`, { execution_id: execution.id });
  const evalRun = await post(`/eval_sets/${evalSet.id}/runs`, { template_version: 1 });
  const asking = await post('/workflows', { name: 'asks', steps: [{ type: 'approval', message: 'May I?' }] });
  await post(`/workflows/${asking.id}/enrollments/bulk`, { contacts: [{ email: 'asked@example.com' }] });
  const approval = await eventually(async () => {
    const { body } = await testKey.get(`/api/v1/approvals?workflow_id=${asking.id}`);
    expect(body.approvals).toHaveLength(1);
    return body.approvals[0];
  });
  for (const made of [
    workflow,
    webhook,
    form,
    plan,
    suppression,
    source,
    run,
    template,
    agent,
    execution,
    evalSet,
    approval,
  ])
    expect(made).toMatchObject({ mode: 'test' });
  return {
    projects: project.id,
    workflows: workflow.id,
    enrollments: bulk.enrollment_ids[0],
    webhooks: webhook.id,
    deliveries: delivery.id,
    events: delivery.event_id,
    recoveries: recovery.id,
    lead_forms: form.id,
    plans: plan.id,
    suppressions: suppression.id,
    data_sources: source.id,
    data_source_runs: run.id,
    agent_templates: template.id,
    agents: agent.id,
    executions: execution.id,
    reasoning: agent.id,
    versions: template.version,
    models: 0,
    eval_sets: evalSet.id,
    cases: evalCase.id,
    runs: evalRun.id,
    results: evalCase.id,
    approvals: approval.id,
  };
}

const writes = routes.filter(({ method, needsCredential, rest }) => {
  return needsCredential && method !== 'GET' && rest.auth !== Auth.USER_ONLY;
});

/**
 * Each route that writes, with every combination of live and test rows in its path. At least one row of a path is live.
 */
const calls = writes.flatMap((route) => {
  const nouns = nounsOf(route.template);
  const ways = nouns.reduce<boolean[][]>(
    (all, _) =>
      all.flatMap((way) => [
        [...way, true],
        [...way, false],
      ]),
    [[]],
  );
  return ways
    .filter((way) => way.length === 0 || way.includes(true))
    .map((way) => {
      const isLive = (noun: string) => way[nouns.indexOf(noun)] ?? true;
      const name = fill(route.template, (noun) => `<${isLive(noun) ? 'live' : 'test'}>`);
      return [`${route.method} ${name}`, route, isLive] as const;
    });
});

test.each(calls)('%s with a test key changes nothing that is live', async (_name, route, isLive) => {
  // Resources without a mode have only live rows.
  const path = fill(route.template, (noun) => (isLive(noun) ? live[noun] : own[noun]) ?? live[noun] ?? missing(noun));
  const answers = [await testKey.request(route.method, path, route.body)];
  // Repeats the call for each member that names another row, with a live row in that member.
  for (const { name, resource } of route.refs) {
    const value = live[resource] ?? live[collectionOf(resource) ?? ''];
    if (value === undefined) continue; // no resource of this kind exists yet
    if (route.body !== undefined)
      answers.push(await testKey.request(route.method, path, { ...route.body, [name]: value }));
    else answers.push(await testKey.request(route.method, `${path}?${name}=${value}`));
  }
  const { changes, testMode } = route.rest;
  const nouns = nounsOf(route.template);
  const isMixed = nouns.some((noun) => !isLive(noun));
  // An id that is unique only within its parent, such as a version number, has no mode of its own.
  const isOwn = nouns.every((noun) => !isLive(noun) || own[noun] === live[noun]);
  for (const { status, body } of answers) {
    if (testMode === TestMode.READ || changes === 'none' || isOwn) expect(status).not.toBe(500);
    // A row is always inside a row of its own mode, so a path with rows of both modes leads to no row.
    else if (isMixed && status === 404) continue;
    else expect({ status, error: body?.error }).toEqual({ status: 403, error: 'test_mode' });
    if (changes === 'none' && body?.mode !== undefined) expect(body.mode).toBe('test');
  }
});

test('every live row of every table is as it was', async () => {
  await settle();
  expect(changesOf(before, await readLiveRows(client))).toEqual([]);
  expect(await heard()).toBe(heardBefore);
});

test('lists of the test key show its own rows, and live ones when it asks for them', async () => {
  const lists = routes.filter(
    ({ method, fields }) => method === 'GET' && fields.includes('mode') && fields.includes('ids'),
  );
  expect(lists.map(({ template }) => template)).toEqual([
    '/api/v1/workflows',
    '/api/v1/workflows/{workflow_id}/enrollments',
    '/api/v1/enrollments',
    '/api/v1/events',
    '/api/v1/approvals',
    '/api/v1/webhooks',
    '/api/v1/suppressions',
    '/api/v1/lead_forms',
    '/api/v1/data_sources',
    '/api/v1/data_source_runs',
    '/api/v1/operator/activity',
    '/api/v1/reports',
    '/api/v1/agents',
    '/api/v1/agent_templates',
    '/api/v1/eval_sets',
  ]);
  for (const { template } of lists) {
    const kind = template.split('/').at(-1) ?? '';
    const modesOf = async (api: Api, query: string, world: Resources) => {
      const { body } = await api.get(`${fill(template, (noun) => world[noun] ?? missing(noun))}${query}`);
      return new Set(body[kind].map(({ mode }: { mode: string }) => mode));
    };
    expect([kind, await modesOf(testKey, '', own)]).toEqual([kind, new Set(['test'])]);
    expect([kind, await modesOf(testKey, '?mode=live', live)]).toEqual([kind, new Set(['live'])]);
    expect([kind, await modesOf(platform.api, '', live)]).toEqual([kind, new Set(['live'])]);
    expect([kind, await modesOf(platform.api, '?mode=test', own)]).toEqual([kind, new Set(['test'])]);
  }
});

test('an explanation stays within its mode', async () => {
  const about = async (api: Api, query = '') => {
    const { body } = await api.get(`/api/v1/explain?email=asked@example.com${query}`);
    return body.answers.length > 0;
  };
  expect([await about(testKey), await about(platform.api, '&mode=test')]).toEqual([true, true]);
  expect([await about(platform.api), await about(testKey, '&mode=live')]).toEqual([false, false]);
});

function missing(noun: string): never {
  throw new Error(`No resource of ${noun}: make one in test/resources.ts of its service`);
}
