import { type ModelProvider, prices, startModelProvider } from '@drippulse/fake-providers/models';
import { AgentType } from '@drippulse/proto/drippulse/agents/v1/agents_pb';
import { AgentExecutionStatus } from '@drippulse/proto/drippulse/agents/v1/executions_pb';
import { AgentModelProtocol } from '@drippulse/proto/drippulse/agents/v1/model_connection_pb';
import { afterAll, beforeAll, beforeEach, expect, test } from '@jest/globals';
import { sql } from 'kysely';
import { editor, type Harness, json, reasonOf, startHarness, stranger } from './harness.ts';
import { expectSumsEqual, ledgerOf } from './ledger-checks.ts';

const platformKey = 'sk-of-the-installation';
const ownKey = 'sk-of-the-organization-7f3a';
const admin = { ...editor, role: 'admin' as const };
const answer = { text: '{"class":"other","confidence":0.5,"summary":"S"}' };

let platform: ModelProvider;
let own: ModelProvider;
let harness: Harness;
beforeAll(async () => {
  [platform, own] = [await startModelProvider(), await startModelProvider()];
  harness = await startHarness({
    env: {
      LLM_BASE_URL: platform.url,
      LLM_API_KEY: platformKey,
      LLM_MODEL: 'm',
      LLM_PRICES: JSON.stringify(prices),
      LLM_DAILY_LIMIT_USD: '100',
    },
  });
});
afterAll(async () => {
  await harness?.stop();
  await platform?.stop();
  await own?.stop();
});
beforeEach(async () => {
  for (const provider of [platform, own]) {
    provider.clear();
    provider.answer(answer);
  }
  await harness.db.kysely.deleteFrom('model_connections').execute();
});

let spawned = 0;
async function classifier(caller = editor, executionPolicy: object = {}): Promise<bigint> {
  spawned += 1;
  const { agentTemplate } = await harness
    .templates(caller)
    .createAgentTemplate({ name: `Own ${spawned}`, kind: 1, prompt: 'Classify.', executionPolicy });
  const templateId = agentTemplate?.id ?? 0n;
  const { agent } = await harness
    .agents(caller)
    .spawnAgent({ name: `Own ${spawned}`, type: AgentType.TEMPLATE, templateId });
  return agent?.id ?? 0n;
}

const run = async (id: bigint, caller = editor) =>
  (await harness.executions(caller).inferAgent({ id, input: json({ n: 1 }) })).execution;

const connections = () => harness.modelConnections(admin);

async function connect(more: object = {}) {
  const { modelConnection } = await connections().createAgentModelConnection({
    ...{ baseUrl: own.url, apiKey: ownKey, model: 'm' },
    ...more,
  });
  return modelConnection;
}

const mask = (...paths: string[]) => ({ updateMask: { paths } });
const sentKeys = ({ requests }: ModelProvider) => requests.map(({ headers }) => headers['authorization']);

test('an organization with an account of its own calls models there by its key, and others by that of the installation', async () => {
  const [mine, theirs] = [await classifier(), await classifier(stranger)];
  await run(mine);
  expect(sentKeys(platform)).toEqual([`Bearer ${platformKey}`]);
  await connect();
  const execution = await run(mine);
  expect(execution).toMatchObject({ status: AgentExecutionStatus.SUCCEEDED, model: 'm' });
  expect(sentKeys(own)).toEqual([`Bearer ${ownKey}`]);
  await run(theirs, stranger);
  expect(sentKeys(platform)).toEqual([`Bearer ${platformKey}`, `Bearer ${platformKey}`]);
  // The organization's own budgets count the call. Limits on the installation's bill do not.
  const [call] = await ledgerOf(harness, execution?.id);
  expect(call?.state).toBe('settled');
  expect(call?.keys.map((key) => key.split(':')[0]).sort()).toEqual([
    'agent',
    'execution',
    'organization',
    'organization',
  ]);
  await expectSumsEqual(harness);
  await connections().deleteAgentModelConnection({});
  await run(mine);
  expect(sentKeys(platform)).toHaveLength(3);
  expect(own.requests).toHaveLength(1);
});

test('an account at Anthropic is called by its protocol', async () => {
  const connection = await connect({ protocol: AgentModelProtocol.ANTHROPIC });
  expect(connection).toMatchObject({ protocol: AgentModelProtocol.ANTHROPIC });
  expect(await run(await classifier())).toMatchObject({ status: AgentExecutionStatus.SUCCEEDED });
  expect(own.requests.map(({ path, headers }) => [path, headers['x-api-key']])).toEqual([['/v1/messages', ownKey]]);
});

test.each([
  [401, 'refuses the key'],
  [404, 'has no model m'],
])(
  'a status %s of the own account ends the execution and says why; the installation is not asked instead',
  async (status, why) => {
    await connect();
    own.answer({ status });
    const agentId = await classifier();
    const execution = await run(agentId);
    expect(execution).toMatchObject({ status: AgentExecutionStatus.FAILED, error: { code: 'provider_refused' } });
    expect(execution?.error?.message).toContain(`Your own model provider ${new URL(own.url).host} answered ${status}`);
    expect(execution?.error?.message).toContain(why);
    expect(own.requests).toHaveLength(1);
    expect(platform.requests).toEqual([]);
  },
);

test('an own account that is away fails the execution, and the installation is not asked instead', async () => {
  const agentId = await classifier(editor, { maxRetries: 1 });
  await connect();
  own.answer({ status: 503 });
  expect(await reasonOf(run(agentId))).toBe('provider_unavailable');
  expect(own.requests).toHaveLength(2);
  expect(platform.requests).toEqual([]);
});

test('prices of the account count before those of the operator, and a model without any is refused with what to do', async () => {
  await connect({ model: 'ours' });
  const agentId = await classifier();
  await expect(run(agentId)).rejects.toThrow(/Nobody knows the price of ours\. An administrator sets it/);
  expect(own.requests).toEqual([]);
  const change = { ...mask('prices'), prices: [{ model: 'ours', input: 1, output: 3, cacheRead: 0.1 }] };
  const { modelConnection } = await connections().updateAgentModelConnection(change);
  expect(modelConnection?.prices).toMatchObject([{ model: 'ours', input: 1, output: 3, cacheRead: 0.1 }]);
  own.answer({ ...answer, usage: { input: 100, output: 10, cached: 40 } });
  const execution = await run(agentId);
  expect(await ledgerOf(harness, execution?.id)).toMatchObject([
    { charged: 60n * 1_000_000n + 40n * 100_000n + 10n * 3_000_000n },
  ]);
  await connections().updateAgentModelConnection({
    ...mask('model', 'prices'),
    ...{ model: 'm', prices: [{ model: 'm', input: 4, output: 4 }] },
  });
  own.answer({ ...answer, usage: { input: 100, output: 10 } });
  expect(await ledgerOf(harness, (await run(agentId))?.id)).toMatchObject([{ charged: 110n * 4_000_000n }]);
  // The installation still pays for its own calls.
  await connections().deleteAgentModelConnection({});
  platform.answer({ ...answer, usage: { input: 100, output: 10 } });
  expect(await ledgerOf(harness, (await run(agentId))?.id)).toMatchObject([{ charged: 300_000_000n }]);
});

test('a key is shown by its end, kept by what was shown, and entered anew for another scheme, host or port', async () => {
  const made = await connect();
  expect(made?.apiKey).toBe('••••7f3a');
  expect((await connections().getAgentModelConnection({})).modelConnection).toEqual(made);
  const { rows } = await sql<{ text: string }>`
    select encode(api_key, 'escape') || encode(data_key, 'escape') || to_jsonb(model_connections)::text as text
    from model_connections`.execute(harness.db.kysely);
  expect(rows).toHaveLength(1);
  expect(rows[0]?.text).not.toContain(ownKey);
  const update = connections().updateAgentModelConnection;
  const kept = await update({ ...mask('base_url', 'api_key'), baseUrl: `${own.url}/`, apiKey: '••••7f3a' });
  expect(kept.modelConnection).toMatchObject({ baseUrl: own.url, apiKey: '••••7f3a' });
  expect(kept.modelConnection?.revision).toBeGreaterThan(made?.revision ?? 0n);
  const elsewhere = own.url.replace('127.0.0.1', '127.0.0.2');
  const port = String(Number(new URL(own.url).port) + 1);
  for (const baseUrl of [elsewhere, own.url.replace('http:', 'https:'), own.url.replace(/:\d+/, `:${port}`)]) {
    await expect(update({ ...mask('base_url'), baseUrl })).rejects.toThrow('must be entered anew');
    const withMask = { ...mask('base_url', 'api_key'), baseUrl, apiKey: '••••7f3a' };
    await expect(update(withMask)).rejects.toThrow('must be entered anew');
  }
  await expect(update({ ...mask('api_key'), apiKey: '••••beef' })).rejects.toThrow('masked value of another key');
  await expect(connect()).rejects.toThrow('already');
  // The stored key is still the original one.
  await run(await classifier());
  expect(sentKeys(own)).toEqual([`Bearer ${ownKey}`]);
  const moved = await update({ ...mask('base_url', 'api_key'), baseUrl: elsewhere, apiKey: 'short' });
  expect(moved.modelConnection).toMatchObject({ baseUrl: elsewhere, apiKey: '••••' });
});

test.each([
  ['base_url', { baseUrl: 'no address' }],
  ['base_url', { baseUrl: 'https://api.example.com/v1?a=b' }],
  ['base_url', { baseUrl: 'https://user:word@api.example.com/v1' }],
  ['api_key', { apiKey: '' }],
  ['api_key', { apiKey: 'a\r\nX-Other: b' }],
  ['api_key', { apiKey: '••••7f3a' }],
  ['api_key', { apiKey: 'k'.repeat(1_001) }],
  ['model', { model: ' ' }],
  ['prices.0.input', { prices: [{ model: 'a', input: -1, output: 1 }] }],
  ['prices.1.model', { prices: [{ model: 'a' }, { model: 'a' }] }],
])('refuses %s of %j', async (field, members) => {
  await expect(connect(members)).rejects.toThrow(field);
  expect(await reasonOf(connections().getAgentModelConnection({}))).toBe('model_connection_not_found');
});

test('the test asks one short question and says what is wrong', async () => {
  const ask = async (request: object = {}) => (await connections().testAgentModelConnection(request)).test;
  expect(await reasonOf(ask())).toBe('model_connection_not_found');
  await connect();
  own.answer({ text: 'ready', usage: { input: 14, output: 2 } });
  expect(await ask()).toMatchObject({ ok: true, model: 'm', inputTokens: 14n, outputTokens: 2n });
  expect(JSON.parse(own.requests[0]?.body ?? '{}')).toMatchObject({ model: 'm', max_tokens: 16 });
  const unpriced = await ask({ model: 'ours' });
  expect(unpriced).toMatchObject({ ok: false, model: 'ours' });
  expect(unpriced?.error).toContain('Nobody knows the price of ours');
  own.answer({ status: 403 });
  expect(await ask()).toMatchObject({ ok: false, error: expect.stringContaining('refuses the key') });
  own.answer({ body: '<html>Welcome</html>' });
  expect(await ask()).toMatchObject({ ok: false, error: expect.stringContaining('not by the protocol openai') });
  own.answer({ hangUp: true });
  expect(await ask()).toMatchObject({ ok: false, error: expect.stringContaining('did not answer') });
  expect(platform.requests).toEqual([]);
  expect(sentKeys(own)).toEqual(sentKeys(own).map(() => `Bearer ${ownKey}`));
});

test('an account of one organization is not there for another', async () => {
  await connect();
  const theirs = harness.modelConnections({ ...stranger, role: 'admin' });
  expect(await reasonOf(theirs.getAgentModelConnection({}))).toBe('model_connection_not_found');
  expect(await reasonOf(theirs.testAgentModelConnection({}))).toBe('model_connection_not_found');
  expect(await reasonOf(theirs.deleteAgentModelConnection({}))).toBe('model_connection_not_found');
  expect(await connections().getAgentModelConnection({})).toBeDefined();
});

test('private addresses are refused when they are saved, and when they are called', async () => {
  const guarded = await startHarness({ env: { WEBHOOK_ALLOW_PRIVATE: 'false', LLM_PRICES: JSON.stringify(prices) } });
  try {
    const account = guarded.modelConnections(admin);
    const given = { apiKey: ownKey, model: 'm' };
    for (const baseUrl of ['http://api.example.com/v1', 'https://127.0.0.1/v1', 'https://localhost/v1']) {
      await expect(account.createAgentModelConnection({ ...given, baseUrl })).rejects.toThrow('base_url is refused');
    }
    await account.createAgentModelConnection({ ...given, baseUrl: 'https://1.1.1.1/v1' });
    // Sets the base URL directly, as if its host name had begun to resolve to a private address after the URL was
    // saved.
    await guarded.db.kysely.updateTable('model_connections').set({ base_url: own.url }).execute();
    const { test: tried } = await account.testAgentModelConnection({});
    expect(tried).toMatchObject({ ok: false, error: expect.stringContaining('did not answer') });
    expect(own.requests).toEqual([]);
  } finally {
    await guarded.stop();
  }
});
