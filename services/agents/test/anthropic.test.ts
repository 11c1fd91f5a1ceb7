import { prices } from '@drippulse/fake-providers/models';
import { AgentExecutionStatus } from '@drippulse/proto/drippulse/agents/v1/executions_pb';
import { eventually } from '@drippulse/testing';
import { afterAll, beforeAll, beforeEach, expect, test } from '@jest/globals';
import { faultPoints } from '../src/fault-points.ts';
import { editor, json, parsed } from './harness.ts';
import { ledgerOf } from './ledger-checks.ts';
import { startTools, type Tools } from './tools-harness.ts';

const claude = 'claude-sonnet-4-5';
let tools: Tools;
beforeAll(async () => {
  const own = [...prices, { model: claude, from: '2026-01-01', input: 2, output: 10 }];
  tools = await startTools({ LLM_PROTOCOL: 'anthropic', LLM_PRICES: JSON.stringify(own) });
});
afterAll(() => tools?.stop());
beforeEach(() => tools.clear());

const writes = { allowedActions: ['crm.create_activity'], requireApproval: json('none') };
const note = (subject: string) => ({
  name: 'crm__create_activity',
  arguments: JSON.stringify({ kind: 'note', subject }),
});
type Block = { type: string; content?: string };
const bodies = () => tools.provider.requests.map(({ body }) => JSON.parse(body));

test('calls of one answer have their results in the next message, in their order, and each effect has one key', async () => {
  const { agentId } = await tools.agentWith(writes);
  const { provider, harness } = tools;
  provider.answerNext(
    {
      text: 'I note it.',
      finish: 'tool_calls',
      tools: [note('first'), note('second')],
      usage: { input: 200, output: 9 },
    },
    { text: 'Done.', usage: { input: 300, output: 5, cached: 100 } },
  );
  const execution = await tools.execute(agentId, { a: 1 });
  expect(execution).toMatchObject({ status: AgentExecutionStatus.SUCCEEDED });
  expect(parsed(execution?.output)).toEqual({ text: 'Done.' });
  expect(provider.requests.map(({ path, model, headers }) => [path, model, headers['x-api-key']])).toEqual([
    ['/v1/messages', 'm', 'sk-canary'],
    ['/v1/messages', 'm', 'sk-canary'],
  ]);
  expect(provider.requests[0]?.headers['anthropic-version']).toBe('2023-06-01');
  const [first, second] = bodies();
  expect(first.tools.map(({ name }: { name: string }) => name)).toEqual(['crm__create_activity']);
  // The fake provider has already refused unmatched calls and results. The expectation checks their order and content.
  expect(
    second.messages.map(({ role, content }: { role: string; content: Block[] }) => [
      role,
      ...content.map(({ type }) => type),
    ]),
  ).toEqual([
    ['user', 'text'],
    ['assistant', 'text', 'tool_use', 'tool_use'],
    ['user', 'tool_result', 'tool_result'],
  ]);
  const results = second.messages[2].content.map(({ content }: Block) => JSON.parse(content ?? '{}'));
  expect(results).toMatchObject([{ source: 'crm.create_activity' }, { source: 'crm.create_activity' }]);
  const { performed } = harness.peer;
  expect(performed).toHaveLength(2);
  expect(new Set(performed.map(({ key }) => key)).size).toBe(2);
  const ledger = await ledgerOf(harness, execution?.id);
  const [cost, other] = [200n * 2_000_000n + 9n * 10_000_000n, 200n * 2_000_000n + 100n * 500_000n + 5n * 10_000_000n];
  expect(ledger).toMatchObject([
    { state: 'settled', charged: cost },
    { state: 'settled', charged: other },
  ]);
  expect(provider.bill()).toBeGreaterThanOrEqual(cost + other);
});

test('a crash at each call repeats none that has an answer, and each effect by the same key and bytes', async () => {
  const { agentId } = await tools.agentWith({ ...writes, maxRetries: 5 });
  tools.provider.answer(({ body }) => {
    const { messages } = JSON.parse(body);
    const results = messages.flatMap(({ content }: { content: Block[] }) =>
      content.filter(({ type }) => type === 'tool_result'),
    ).length;
    if (results === 6) return { text: 'Done.' };
    return { finish: 'tool_calls', tools: [1, 2].map((n) => note(`${results / 2}.${n}`)) };
  });
  tools.crashes.push(...Array.from({ length: 6 }, (_, n) => faultPoints[n % 3] ?? 'before-send'));
  const execution = await tools.execute(agentId);
  await eventually(async () => {
    const own = tools.harness.executions(editor);
    const ended = await own.getAgentExecution({ agentId, id: execution?.id ?? 0n });
    expect(ended.execution).toMatchObject({ status: AgentExecutionStatus.SUCCEEDED });
  });
  const byKey = Map.groupBy(tools.harness.peer.performed, ({ key }) => key);
  expect(byKey.size).toBe(6);
  for (const [, same] of byKey) expect(new Set(same.map(({ bytes }) => bytes)).size).toBe(1);
  expect(tools.provider.requests.filter(({ model }) => model === 'INVALID')).toEqual([]);
  expect(tools.crashes).toEqual([]);
});

const outputSchema = json({
  type: 'object',
  properties: { class: { type: 'string', enum: ['interested', 'later'] } },
  required: ['class'],
  additionalProperties: false,
});

test('a known model gets the schema as its format, beside its tools', async () => {
  const policy = { ...writes, model: claude };
  const { agentId } = await tools.agentWith(policy, { outputSchema });
  tools.provider.answerNext(
    { finish: 'tool_calls', tools: [note('x')] },
    { text: '{"class":"maybe"}' },
    { text: '{"class":"later"}' },
  );
  const execution = await tools.execute(agentId);
  expect(execution).toMatchObject({ status: AgentExecutionStatus.SUCCEEDED, model: claude });
  expect(parsed(execution?.output)).toEqual({ class: 'later' });
  for (const { output_config: config, tools: offered } of bodies()) {
    expect(config.format.type).toBe('json_schema');
    expect(offered).toHaveLength(1);
  }
  // A bad answer is corrected over this protocol too.
  expect(tools.provider.requests).toHaveLength(3);
  expect(tools.provider.requests[2]?.body).toContain('output.class');
});

test('any other model answers by a tool of its own for the schema, and calls the others before', async () => {
  const { agentId } = await tools.agentWith(writes, { outputSchema });
  tools.provider.answerNext(
    { finish: 'tool_calls', tools: [note('x')] },
    { finish: 'tool_calls', tools: [{ name: 'json', arguments: '{"class":"interested"}' }] },
  );
  const execution = await tools.execute(agentId);
  expect(parsed(execution?.output)).toEqual({ class: 'interested' });
  expect(tools.harness.peer.performed).toHaveLength(1);
  for (const body of bodies()) {
    expect(body.tools.map(({ name }: { name: string }) => name)).toEqual(['crm__create_activity', 'json']);
    expect(body.tool_choice).toEqual({ type: 'any', disable_parallel_tool_use: true });
  }
});

test.each([
  ['a refusal', { finish: 'content_filter', text: 'No.' }, 'refused_by_model', ['settled']],
  ['an overload', { status: 529 }, 'provider_unavailable', ['released']],
  [
    'a call of what is not allowed',
    { finish: 'tool_calls', tools: [1, 2, 3].map((n) => ({ name: 'email__send', arguments: `{"n":${n}}` })) },
    'action_denied',
    ['settled'],
  ],
] as const)('%s', async (_name, reply, code, states) => {
  const { agentId } = await tools.agentWith({ ...writes, maxRetries: 0 });
  tools.provider.answerNext({ ...reply, ...('tools' in reply && { tools: [...reply.tools] }) });
  await tools.execute(agentId).catch(() => undefined);
  const [execution] = (await tools.harness.executions(editor).listAgentExecutions({ agentId })).executions;
  expect(execution?.error?.code).toBe(code);
  expect((await ledgerOf(tools.harness, execution?.id)).map(({ state }) => state)).toEqual(states);
  expect(tools.harness.peer.performed).toEqual([]);
});
