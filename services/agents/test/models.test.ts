import { once } from 'node:events';
import { timestampNow } from '@bufbuild/protobuf/wkt';
import { type ModelProvider, prices, type Reply, startModelProvider } from '@drippulse/fake-providers/models';
import { AgentType } from '@drippulse/proto/drippulse/agents/v1/agents_pb';
import { AgentExecutionStatus } from '@drippulse/proto/drippulse/agents/v1/executions_pb';
import { AgentOnExceeded } from '@drippulse/proto/drippulse/agents/v1/policies_pb';
import { fromConnectError } from '@drippulse/rpc';
import { eventually } from '@drippulse/testing';
import { afterAll, beforeAll, beforeEach, expect, test } from '@jest/globals';
import { editor, type Harness, json, parsed, reasonOf, startHarness, tester } from './harness.ts';
import { killAndFreeze } from './killed-and-frozen.ts';
import { endLeases } from './leases.ts';
import { expectSumsEqual, ledgerOf, queueModel, spawnChild } from './ledger-checks.ts';

let provider: ModelProvider;
let harness: Harness;
beforeAll(async () => {
  provider = await startModelProvider();
  harness = await startHarness({
    env: {
      LLM_BASE_URL: provider.url,
      LLM_API_KEY: 'sk-canary',
      LLM_MODEL: 'm',
      LLM_PRICES: JSON.stringify(prices),
      LLM_DAILY_LIMIT_USD: '100',
    },
    config: { reservationGraceMs: 500, patienceMs: 120_000 },
  });
});
afterAll(async () => {
  await harness?.stop();
  await provider?.stop();
});
beforeEach(() => {
  provider.clear();
  provider.answer({ text: reply('interested') });
});

const admin = { ...editor, role: 'admin' as const };
const reply = (name: string) => JSON.stringify({ class: name, confidence: 0.9, summary: 'Short.' });
const inputRate = 2_000_000n;
const outputRate = 10_000_000n;

let spawned = 0;
/** Creates an agent with a template of its own and the given policy. */
async function agentWith(policy: object): Promise<bigint> {
  spawned += 1;
  const schema = {
    type: 'object',
    properties: { class: { type: 'string' }, confidence: { type: 'number', minimum: 0, maximum: 1 } },
    required: ['class', 'confidence'],
  };
  const { agentTemplate } = await harness.templates(editor).createAgentTemplate({
    ...{ name: `Template ${spawned}`, kind: 1, prompt: 'Classify.', outputSchema: json(schema) },
    executionPolicy: policy,
  });
  const { agent } = await harness.agents(editor).spawnAgent({
    ...{ name: `Agent ${spawned}`, type: AgentType.TEMPLATE, templateId: agentTemplate?.id ?? 0n },
  });
  return agent?.id ?? 0n;
}

async function builtIn(templateId: bigint, caller = editor): Promise<bigint> {
  spawned += 1;
  const { agent } = await harness
    .agents(caller)
    .spawnAgent({ name: `Built in ${spawned}`, type: AgentType.TEMPLATE, templateId });
  return agent?.id ?? 0n;
}

const infer = async (id: bigint, input: object, idempotencyKey?: string, caller = editor) => {
  const { execution } = await harness
    .executions(caller)
    .inferAgent(
      { id, input: json(input), ...(idempotencyKey !== undefined && { idempotencyKey }) },
      { timeoutMs: 180_000 },
    );
  return execution;
};

const body = { subject: 'Re: Hello', body: 'Tell me more' };

test('a built-in classifier answers by its schema, and its cost is usage times price, to the pico', async () => {
  provider.answer({ text: reply('interested'), usage: { input: 400, output: 31, cached: 100 } });
  const agentId = await builtIn(3n);
  const execution = await infer(agentId, body, 'first');
  expect(parsed(execution?.output)).toMatchObject({ class: 'interested' });
  const cost = 300n * inputRate + 100n * 500_000n + 31n * outputRate;
  expect(execution).toMatchObject({ model: 'm', inputTokens: 400n, outputTokens: 31n, costUsd: '0.000960' });
  expect(await ledgerOf(harness, execution?.id)).toMatchObject([{ state: 'settled', charged: cost }]);
  // A stored answer is never requested again.
  expect(await infer(agentId, body, 'first')).toMatchObject({ id: execution?.id, replayed: true });
  expect(provider.requests).toHaveLength(1);
  expect(provider.requests[0]?.headers['authorization']).toBe('Bearer sk-canary');
  const costs = await harness.insights(editor).getAgentCosts({ id: agentId });
  expect(costs.totals).toMatchObject({ costUsd: '0.000960', calls: 1n, cachedTokens: 100n, executions: 1n });
  expect(costs.byModel).toMatchObject([{ model: 'm', sum: { costUsd: '0.000960' } }]);
  expect(await harness.insights(editor).getAgentMetrics({ id: agentId })).toMatchObject({ costUsd: '0.000960' });
  const status = await harness.insights(editor).getAgentStatus({ id: agentId });
  expect(status.budget.map(({ scope }) => scope)).toEqual([
    'agent_day',
    'organization_day',
    'organization_month',
    'plan',
  ]);
  await expectSumsEqual(harness);
});

test.each([4n, 6n])('the built-in template %s works by a model', async (templateId) => {
  const output =
    templateId === 4n ? { subject: 'Hello', body: 'Text' } : { summary: 'S', decisions: [], next_steps: [] };
  provider.answer({ text: JSON.stringify(output) });
  const input = templateId === 4n ? { purpose: 'greet' } : { transcript: 'We met.' };
  expect(parsed((await infer(await builtIn(templateId), input))?.output)).toEqual(output);
});

test('a bad answer is repaired once, with what was wrong with it, and costs what it used', async () => {
  const agentId = await agentWith({});
  provider.answerNext({ text: '{"class":"x","confidence":7}' }, { text: '{"class":"x","confidence":0.7}' });
  const repaired = await infer(agentId, body);
  expect(parsed(repaired?.output)).toEqual({ class: 'x', confidence: 0.7 });
  expect(provider.requests[1]?.body).toContain('output.confidence');
  expect(await ledgerOf(harness, repaired?.id)).toHaveLength(2);
  provider.answer({ text: 'Sure! {"class":"x"}' });
  expect(await infer(agentId, body)).toMatchObject({
    status: AgentExecutionStatus.FAILED,
    error: { code: 'invalid_output' },
  });
  expect(provider.requests).toHaveLength(4);
  await expectSumsEqual(harness);
});

const none = { max_retries: 0 };
const kept = { class: 'x', confidence: 0.5 };
type Outcome = [name: string, replies: Reply[], states: string[], end: string, policy?: object];

test.each<Outcome>([
  ['an answer', [{ text: json(kept).toString() }], ['settled'], 'succeeded'],
  ['400', [{ status: 400 }], ['released'], 'provider_refused'],
  ['401', [{ status: 401 }], ['released'], 'provider_refused'],
  ['402', [{ status: 402 }], ['released'], 'provider_refused'],
  ['408', [{ status: 408 }], ['assumed'], 'provider_unavailable'],
  ['429', [{ status: 429 }], ['released'], 'provider_unavailable', none],
  ['429 that asks to wait', [{ status: 429, headers: { 'retry-after': '0' } }], ['released', 'settled'], 'succeeded'],
  ['500', [{ status: 500 }], ['released', 'settled'], 'succeeded'],
  ['502', [{ status: 502 }], ['assumed'], 'provider_unavailable'],
  ['503', [{ status: 503 }], ['released'], 'provider_unavailable', none],
  ['504', [{ status: 504 }], ['assumed'], 'provider_unavailable'],
  ['529', [{ status: 529 }], ['released'], 'provider_unavailable', none],
  ['a lost connection', [{ hangUp: true, billed: 1n }], ['assumed'], 'provider_unavailable'],
  [
    'a lost connection that may be paid twice',
    [{ hangUp: true, billed: 1n }],
    ['assumed', 'settled'],
    'succeeded',
    { retry_uncertain: true },
  ],
  ['a timeout', [{ isSilent: true, billed: 1n }], ['assumed'], 'timeout', { timeout_seconds: 1 }],
  ['an answer without usage', [{ text: json(kept).toString(), usage: null, billed: 5n }], ['estimated'], 'succeeded'],
  [
    'an answer that counts nothing',
    [{ text: json(kept).toString(), usage: { input: 0, output: 0 } }],
    ['estimated'],
    'succeeded',
  ],
  ['a body that nobody can read', [{ body: 'oops', billed: 7n }], ['estimated', 'settled'], 'succeeded'],
  ['a refusal of the model', [{ finish: 'content_filter' }], ['settled'], 'refused_by_model'],
  [
    'a tool that was not offered',
    [{ finish: 'tool_calls', tools: [{ name: 'x', arguments: '{}' }] }],
    ['settled', 'settled'],
    'succeeded',
  ],
  ['an answer that was cut off', [{ text: '{"cl', finish: 'length' }], ['settled', 'settled'], 'succeeded'],
  [
    'an answer of a dearer model',
    [{ text: json(kept).toString(), model: 'dear', usage: { input: 3, output: 2 } }],
    ['settled'],
    'succeeded',
  ],
])('%s is charged, repeated and ended as the table says', async (_name, replies, states, end, policy = {}) => {
  const agentId = await agentWith(camel(policy));
  provider.answer({ text: json(kept).toString() });
  provider.answerNext(...replies);
  const before = provider.bill();
  await infer(agentId, body).catch(() => undefined);
  const [execution] = (await harness.executions(editor).listAgentExecutions({ agentId })).executions;
  expect(execution?.error?.code ?? 'succeeded').toBe(end);
  const ledger = await ledgerOf(harness, execution?.id);
  expect(ledger.map(({ state }) => state)).toEqual(states);
  for (const { state, charged, reserved } of ledger) {
    if (state === 'assumed') expect(charged).toBe(reserved);
    if (state === 'released') expect(charged).toBe(0n);
    expect(charged).toBeLessThanOrEqual(reserved);
  }
  const charged = ledger.reduce((sum, one) => sum + one.charged, 0n);
  expect(charged).toBeGreaterThanOrEqual(provider.bill() - before);
  await eventually(() => {
    const ends = harness.events.filter(({ aggregate }) => aggregate === `agent_execution:${execution?.id}`);
    expect(ends.map(({ payload }) => payload.case)).toEqual([
      end === 'succeeded' ? 'executionCompleted' : 'executionFailed',
    ]);
  });
  await expectSumsEqual(harness);
});

test('a provider that counts more than it was asked for is stopped after one call, until somebody acknowledges it', async () => {
  const agentId = await agentWith({});
  provider.answer({ text: json(kept).toString(), usage: { input: 10, output: 10_240 } });
  const over = await infer(agentId, body);
  expect(await ledgerOf(harness, over?.id)).toMatchObject([
    { state: 'overrun', charged: 10n * inputRate + 10_240n * outputRate },
  ]);
  expect(await reasonOf(infer(agentId, body))).toBe('model_overrun');
  await harness.budgets(admin).acknowledgeAgentOverrun({ model: 'm' });
  provider.answer({ text: json(kept).toString() });
  expect(await infer(agentId, body)).toMatchObject({ status: AgentExecutionStatus.SUCCEEDED });
  await expectSumsEqual(harness);
});

test('what no budget covers is refused before it begins, leaves no row, and is published once', async () => {
  const agentId = await agentWith({ maxCostUsdPerDay: 0 });
  const refused = await infer(agentId, body, 'kept').catch((error: unknown) => fromConnectError(error));
  expect(refused).toMatchObject({
    reason: 'budget_exceeded',
    facts: { scope: 'agent_day', limit_usd: 0, spent_usd: 0, reserved_usd: 0 },
  });
  expect(await reasonOf(infer(agentId, body, 'kept'))).toBe('budget_exceeded');
  expect((await harness.executions(editor).listAgentExecutions({ agentId })).executions).toEqual([]);
  expect(provider.requests).toEqual([]);
  await eventually(() => {
    const all = harness.events.filter(
      ({ payload }) => payload.case === 'budgetExceeded' && payload.value.agentId === agentId,
    );
    expect(all).toHaveLength(1);
  });
});

test('a dear model steps aside for one that the budget covers, and an unknown price refuses', async () => {
  const policy = { model: 'dear', onExceeded: AgentOnExceeded.DOWNGRADE, fallbackModels: ['m'] };
  provider.answer({ text: json(kept).toString() });
  const agentId = await agentWith({ ...policy, maxCostUsdPerExecution: 0.02 });
  expect(await infer(agentId, body)).toMatchObject({ model: 'm', status: AgentExecutionStatus.SUCCEEDED });
  expect(await reasonOf(infer(await agentWith({ model: 'nobody-knows' }), body))).toBe('model_price_unknown');
});

test('agents of test keys call no provider, and have an output that their schema accepts', async () => {
  const agentId = await builtIn(3n, tester);
  const execution = await infer(agentId, body, undefined, tester);
  expect(execution).toMatchObject({ status: AgentExecutionStatus.SUCCEEDED, costUsd: '0.000000' });
  expect(parsed(execution?.output)).toMatchObject({ class: 'interested' });
  expect(provider.requests).toEqual([]);
});

test('a step is refused by the budget of its enrollment, and others go on', async () => {
  const agentId = await builtIn(3n);
  const mask = { updateMask: { paths: ['enrollment_usd'] } };
  const perform = (enrollmentId: bigint) =>
    harness.effects(editor).performEffect({
      ...{
        key: `step:${enrollmentId}`,
        kind: 'agent',
        attempt: 1,
        plannedAt: timestampNow(),
        workflowId: 12n,
        enrollmentId,
      },
      request: json({ agent_id: Number(agentId), input: body }),
    });
  await harness.budgets(admin).updateAgentBudgets({ ...mask, enrollmentUsd: 0 });
  const refused = await perform(71n);
  expect(refused.answer.value).toMatchObject({
    outcome: { case: 'failed', value: { error: expect.stringContaining('the enrollment') } },
  });
  expect(provider.requests).toEqual([]);
  await harness.budgets(admin).updateAgentBudgets(mask);
  const taken = await perform(72n);
  expect(taken.answer.case).toBe('accepted');
  await eventually(() => expect(provider.requests).toHaveLength(1));
  await eventually(async () => {
    const { byWorkflow } = await harness.insights(editor).getAgentCosts({ id: agentId });
    expect(byWorkflow).toMatchObject([{ workflowId: 12n, sum: { calls: 1n } }]);
  });
});

test('an execution that is cancelled while its call is out is charged all the same, and its answer is nobody’s', async () => {
  const agentId = await agentWith({});
  const release = provider.hold();
  const asked = infer(agentId, body);
  await eventually(() => expect(provider.requests).toHaveLength(1));
  const own = harness.executions(editor);
  const [{ id } = { id: 0n }] = (await own.listAgentExecutions({ agentId })).executions;
  await own.cancelAgentExecution({ agentId, id });
  expect(await asked).toMatchObject({ status: AgentExecutionStatus.CANCELLED });
  expect(await ledgerOf(harness, id)).toMatchObject([{ state: 'open' }]);
  release();
  await eventually(async () => expect(await ledgerOf(harness, id)).toMatchObject([{ state: 'settled' }]));
  expect((await own.getAgentExecution({ agentId, id })).execution?.output).toBeUndefined();
  await expectSumsEqual(harness);
});

test('a key whose provider was away starts the execution again, and its attempts are numbered on', async () => {
  const agentId = await agentWith({ maxRetries: 0 });
  provider.answerNext({ status: 503 });
  expect(await reasonOf(infer(agentId, body, 'again'))).toBe('provider_unavailable');
  provider.answer({ text: json(kept).toString() });
  const again = await infer(agentId, body, 'again');
  expect(again).toMatchObject({ status: AgentExecutionStatus.SUCCEEDED, replayed: true });
  expect((await ledgerOf(harness, again?.id)).map(({ state }) => state)).toEqual(['released', 'settled']);
});

test('of 200 executions at once with room for 37, exactly 37 requests reach the provider', async () => {
  provider.answer({ text: json(kept).toString() });
  // The timeout is long enough for a slow machine to refuse the other calls.
  const agentId = await agentWith({ maxCostUsdPerDay: 1_000, timeoutSeconds: 300 });
  const probe = await infer(agentId, { n: 0 });
  const [{ reserved, charged } = { reserved: 0n, charged: 0n }] = await ledgerOf(harness, probe?.id);
  // A limit in whole micro-dollars, with room for 37 calls but not for 38.
  const micro = (reserved * 37n + charged + reserved / 2n) / 1_000_000n;
  provider.clear();
  provider.answer({ text: json(kept).toString() });
  const release = provider.hold();
  const { agent } = await harness.agents(editor).getAgent({ id: agentId });
  await harness.templates(editor).updateAgentTemplateExecutionPolicy({
    ...{ id: agent?.templateId ?? 0n, updateMask: { paths: ['max_cost_usd_per_day', 'max_cost_usd_per_execution'] } },
    ...{ maxCostUsdPerDay: Number(micro) / 1e6, maxCostUsdPerExecution: 10 },
  });
  let refused = 0;
  const all = Array.from({ length: 200 }, async () => {
    const reason = await reasonOf(infer(agentId, { n: 1 }));
    if (reason === 'budget_exceeded') refused += 1;
    return reason;
  });
  await eventually(() => expect(refused).toBe(163));
  release();
  const reasons = await Promise.all(all);
  expect(reasons.filter((reason) => reason === undefined)).toHaveLength(37);
  expect(provider.requests).toHaveLength(37);
  await expectSumsEqual(harness);
});

test.each(['before-send', 'out'] as const)(
  'a process killed %s makes no call after a stored answer, and each further call has its charge',
  async (point) => {
    const agentId = await agentWith({ timeoutSeconds: 60 });
    provider.answer({ text: json(kept).toString() });
    await harness.stopServices();
    const child = spawnChild(harness, point);
    if (point === 'out') provider.onRequest(() => void child.kill('SIGKILL'));
    const before = provider.bill();
    const id = await queueModel(harness, agentId);
    const [, signal] = await once(child, 'exit');
    expect(signal).toBe('SIGKILL');
    provider.onRequest(undefined);
    await endLeases(harness);
    await harness.start();
    await eventually(async () => {
      const { execution } = await harness.executions(editor).getAgentExecution({ agentId, id });
      expect(execution?.status).toBe(AgentExecutionStatus.SUCCEEDED);
    });
    expect(provider.requests).toHaveLength({ 'before-send': 1, out: 2 }[point]);
    const ledger = await ledgerOf(harness, id);
    expect(ledger.map(({ state }) => state)).toEqual(['assumed', 'settled']);
    const charged = ledger.reduce((sum, one) => sum + one.charged, 0n);
    expect(charged).toBeGreaterThanOrEqual(provider.bill() - before);
    await expectSumsEqual(harness);
  },
);

test('with one process killed and one frozen, limit, ledger and bill stay in this order', async () => {
  const agentId = await agentWith({});
  provider.answer({ text: json(kept).toString(), delayMs: 150 });
  const { samples } = await killAndFreeze(harness, provider, { agentId, forMs: 0, perRound: 12, frozenMs: 2_500 });
  expect(samples).toBeGreaterThan(20);
});

/** Converts the names of a policy's members to those that the client uses. */
function camel(policy: object): object {
  return Object.fromEntries(
    Object.entries(policy).map(([name, value]) => [
      name.replace(/_(.)/g, (_, letter: string) => letter.toUpperCase()),
      value,
    ]),
  );
}
