import type { ModelCall, Reply } from '@drippulse/fake-providers/models';
import { AgentType } from '@drippulse/proto/drippulse/agents/v1/agents_pb';
import { AgentExecutionKind, AgentExecutionStatus } from '@drippulse/proto/drippulse/agents/v1/executions_pb';
import type { AgentReplay } from '@drippulse/proto/drippulse/agents/v1/replays_pb';
import { AgentTemplateKind } from '@drippulse/proto/drippulse/agents/v1/templates_pb';
import { afterAll, beforeAll, beforeEach, expect, test } from '@jest/globals';
import { sql } from 'kysely';
import { editor, json, parsed, reasonOf, tester } from './harness.ts';
import { ledgerOf } from './ledger-checks.ts';
import { startTools, type Tools } from './tools-harness.ts';

let tools: Tools;
beforeAll(async () => {
  tools = await startTools();
});
afterAll(() => tools?.stop());
beforeEach(() => tools.clear());

const policy = {
  allowedActions: ['crm.get_record', 'crm.create_activity'],
  requireApproval: json(['crm.create_activity']),
};
const reading = { allowedActions: ['crm.get_record'] };
const get = (id: string) => ({ name: 'crm__get_record', arguments: JSON.stringify({ type: 'lead', id }) });
const draft = (id: bigint, more: object) =>
  tools.harness
    .templates({ ...editor, role: 'admin' })
    .updateAgentTemplate({ ...{ id, draft: true, ...more, updateMask: { paths: Object.keys(more).map(snake) } } });

function snake(name: string): string {
  return name.replace(/[A-Z]/g, (letter) => `_${letter.toLowerCase()}`);
}

/**
 * Answers as a model whose behavior depends on its prompt. For even inputs, it reads a record first. With the second
 * prompt, it reads a different record for every fourth input.
 */
function answer({ body }: ModelCall): Reply {
  const { messages } = JSON.parse(body);
  const isSecond = messages[0].content.includes('second');
  const text: string = messages[1].content[0]?.text ?? messages[1].content;
  const { n } = JSON.parse(text);
  const results = messages.filter(({ role }: { role: string }) => role === 'tool');
  if (n % 2 === 0 && results.length === 0) {
    return { finish: 'tool_calls', tools: [get(isSecond && n % 4 === 0 ? 'lead_bob' : 'lead_ada')] };
  }
  const read = results.length === 0 ? '' : ` ${JSON.parse(results[0].content).result?.record?.title ?? 'unknown'}`;
  return { text: `${isSecond && n % 5 === 0 ? 'two' : 'one'} ${n}${read}` };
}

/** Reads every row of the service's tables, except those of the ledger. */
async function rowsButLedger(): Promise<string> {
  const { kysely } = tools.harness.db;
  const { rows: tables } = await sql<{ name: string }>`
    select tablename as name from pg_tables where schemaname = 'agents'
      and tablename !~ '^(kysely|outbox|usage|entitlements|reservations|spend_)' order by 1`.execute(kysely);
  const found: string[] = [];
  for (const { name } of tables) {
    const { rows } = await sql<{ text: string }>`
      select md5(string_agg(t::text, '|' order by t::text)) as text from ${sql.table(name)} as t`.execute(kysely);
    found.push(`${name} ${rows[0]?.text}`);
  }
  return found.join('\n');
}

test('a hundred stored executions by a model are replayed by another version: nothing is performed, and all differences are there', async () => {
  const { harness, provider } = tools;
  const { agentId, templateId } = await tools.agentWith(reading);
  provider.answer(answer);
  harness.peer.leads.set('lead_ada', { organizationId: 1n, title: 'Ada' });
  const stored: { n: number; id: bigint }[] = [];
  for (let from = 0; from < 100; from += 20) {
    const numbers = Array.from({ length: 20 }, (_, index) => from + index);
    const executions = await Promise.all(numbers.map((n) => tools.execute(agentId, { n })));
    stored.push(...numbers.map((n, index) => ({ n, id: executions[index]?.id ?? 0n })));
  }
  await draft(templateId, { prompt: 'Work by the second prompt.' });
  // From here on, a read from the CRM would find no records.
  harness.peer.leads.clear();
  const [before, asked, billed] = [await rowsButLedger(), provider.requests.length, provider.bill()];
  type Made = { n: number; made: AgentReplay | undefined };
  async function replayAll(templateVersion: number): Promise<Made[]> {
    const all: Made[] = [];
    for (let from = 0; from < stored.length; from += 20) {
      const some = stored.slice(from, from + 20).map(async ({ id, n }): Promise<Made> => {
        const { replay } = await harness.replays(editor).replayAgentExecution({ agentId, id, templateVersion });
        return { n, made: replay };
      });
      all.push(...(await Promise.all(some)));
    }
    return all;
  }
  for (const { n, made: same } of await replayAll(1)) {
    expect([n, same?.differences, same?.same, same?.chargedUsd]).toEqual([n, [], true, '0.000000']);
    expect(same?.costUsd).toBe(same?.recordedCostUsd);
    expect(same?.tools.every(({ used, recorded }) => used && recorded)).toBe(true);
  }
  // A request with the same bytes is not sent again.
  expect(provider.requests).toHaveLength(asked);
  let chargedPico = 0n;
  for (const { n, made } of await replayAll(2)) {
    const readsOther = n % 4 === 0;
    const expected = [
      ...(n % 5 === 0 || readsOther ? ['output.text'] : []),
      ...(readsOther ? ['tools.0.arguments.id'] : []),
    ];
    expect([n, made?.differences.map(({ path }) => path), made?.same]).toEqual([n, expected, expected.length === 0]);
    expect(made).toMatchObject({ fromVersion: 1, toVersion: 2 });
    const name = n % 2 === 1 ? '' : readsOther ? ' unknown' : ' Ada';
    expect(parsed(made?.output)).toEqual({ text: `${n % 5 === 0 ? 'two' : 'one'} ${n}${name}` });
    const calls = made?.tools.filter((one) => one.action !== undefined) ?? [];
    expect([n, calls.map(({ used, recorded }) => [used, recorded])]).toEqual([
      n,
      n % 2 === 1
        ? []
        : readsOther
          ? [
              [false, true],
              [false, false],
            ]
          : [[true, true]],
    ]);
    expect(made?.costUsd).toBe(made?.chargedUsd);
    chargedPico += BigInt((made?.chargedUsd ?? '').replace('.', '')) * 1_000_000n;
  }
  expect(await rowsButLedger()).toBe(before);
  expect(harness.peer.performed).toEqual([]);
  // Each amount is rounded up to a millionth of a dollar.
  const roundedPico = chargedPico - (provider.bill() - billed);
  expect(roundedPico).toBeGreaterThanOrEqual(0n);
  expect(roundedPico).toBeLessThan(100n * 1_000_000n);
  const { byKind } = await harness.insights(editor).getAgentCosts({ id: agentId });
  const kinds = byKind.map(({ kind, sum }) => [kind, sum?.executions]);
  expect(kinds).toEqual(expect.arrayContaining([[AgentExecutionKind.REPLAY, 0n]]));
  const { executions } = await harness.executions(editor).listAgentExecutions({ agentId, limit: 1000 });
  expect(executions).toHaveLength(100);
});

test('a write is not performed again, nobody is asked, and a no of a person stays a no', async () => {
  const { harness, provider } = tools;
  const { agentId, templateId } = await tools.agentWith(policy);
  const write = { name: 'crm__create_activity', arguments: '{"kind":"note","subject":"Called"}' };
  provider.answer(({ body }) =>
    body.includes('"role":"tool"') ? { text: 'Done.' } : { finish: 'tool_calls', tools: [write] },
  );
  const waiting = await tools.execute(agentId);
  expect(waiting?.status).toBe(AgentExecutionStatus.WAITING_APPROVAL);
  const asked = harness.peer.approvals.size;
  await draft(templateId, { prompt: 'Work by the second prompt.' });
  const request = { agentId, id: waiting?.id ?? 0n, templateVersion: 2 };
  expect(await reasonOf(harness.replays(editor).replayAgentExecution(request))).toBe('agent_execution_not_replayable');
  await harness.executions(editor).cancelAgentExecution({ agentId, id: request.id });
  const { replay } = await harness.replays(editor).replayAgentExecution(request);
  expect(parsed(replay?.output)).toEqual({ text: 'Done.' });
  expect(replay?.tools.map(({ action, recorded }) => [action, recorded])).toContainEqual(['crm.create_activity', true]);
  // The execution was cancelled while its question was open. Stores the result of a refusal by a person.
  const no = { outcome: 'failed', code: 'approval_rejected', message: 'No.' };
  await sql`
    update execution_steps set result = ${JSON.stringify(no)} where execution_id = ${request.id} and kind = 'approval'`.execute(
    harness.db.kysely,
  );
  const refused = await harness.replays(editor).replayAgentExecution(request);
  expect(refused.replay).toMatchObject({ error: { code: 'approval_rejected' } });
  expect(harness.peer.performed).toEqual([]);
  expect(harness.peer.approvals.size).toBeLessThanOrEqual(asked);
});

test('a repeat of a replay by its key answers what is stored and asks nobody, and an erasure takes the answer along', async () => {
  const { harness, provider } = tools;
  const { agentId, templateId } = await tools.agentWith({});
  const execution = await tools.execute(agentId, { email: 'Replayed@Person.example' });
  await draft(templateId, { prompt: 'Work by the second prompt.' });
  const request = { agentId, id: execution?.id ?? 0n, templateVersion: 2 };
  const headers = { 'idempotency-key': 'replay once' };
  const replay = () =>
    harness.replays(editor).replayAgentExecution(request, { headers: { 'idempotency-key': 'once' } });
  expect(await reasonOf(harness.replays(editor).replayAgentExecution(request, { headers }))).toBe(
    'invalid_idempotency_key',
  );
  provider.answerNext({ text: 'replayed@person.example' });
  const first = await replay();
  const asked = provider.requests.length;
  expect(await replay()).toEqual(first);
  expect(provider.requests).toHaveLength(asked);
  expect(parsed(first.replay?.output)).toEqual({ text: 'replayed@person.example' });
  await harness.erasures(editor).erasePersonFromAgents({ refs: [], emails: ['replayed@person.example'] });
  expect(await reasonOf(replay())).toBe('answer_erased');
  const { rows } = await sql<{ text: string }>`
    select encode(coalesce(response, ''), 'escape') as text from idempotency_keys`.execute(harness.db.kysely);
  expect(rows.filter(({ text }) => text.toLowerCase().includes('replayed@person'))).toEqual([]);
});

test('a replay that budgets, prices or the provider do not let be is refused as an execution is, and charged for what it used', async () => {
  const { harness, provider } = tools;
  const { agentId, templateId } = await tools.agentWith({ maxRetries: 0 });
  const execution = await tools.execute(agentId);
  const replay = (templateVersion: number) =>
    reasonOf(harness.replays(editor).replayAgentExecution({ agentId, id: execution?.id ?? 0n, templateVersion }));
  await draft(templateId, { executionPolicy: { maxCostUsdPerExecution: 0 }, prompt: 'Second.' });
  await draft(templateId, { executionPolicy: { model: 'nobody-knows' }, prompt: 'Third.' });
  await draft(templateId, { executionPolicy: { maxRetries: 0 }, prompt: 'Fourth.' });
  await draft(templateId, { executionPolicy: { maxRetries: 0, timeoutSeconds: 1 }, prompt: 'Fifth.' });
  const asked = provider.requests.length;
  expect(await replay(2)).toBe('budget_exceeded');
  expect(await replay(3)).toBe('model_price_unknown');
  expect(provider.requests).toHaveLength(asked);
  provider.answerNext({ status: 503 }, { isSilent: true, billed: 3n });
  expect(await replay(4)).toBe('provider_unavailable');
  expect(await replay(5)).toBe('agent_timeout');
  const { rows } = await sql<{ execution_id: bigint }>`
    select execution_id from reservations where kind = 'replay' and agent_id = ${agentId} order by reserved_at`.execute(
    harness.db.kysely,
  );
  const states: string[] = [];
  for (const { execution_id: id } of rows) states.push(...(await ledgerOf(harness, id)).map(({ state }) => state));
  expect(states).toEqual(['released', 'assumed']);
});

test('a replay of an agent of a test key calls no model', async () => {
  const { harness, provider } = tools;
  const schema = { type: 'object', properties: { class: { type: 'string', enum: ['later'] } }, required: ['class'] };
  const { agentTemplate } = await harness.templates(tester).createAgentTemplate({
    ...{ name: 'Test', kind: AgentTemplateKind.LLM, prompt: 'Work.', outputSchema: json(schema) },
  });
  const spawn = { name: 'Test', type: AgentType.TEMPLATE, templateId: agentTemplate?.id ?? 0n };
  const { agent } = await harness.agents(tester).spawnAgent(spawn);
  const agentId = agent?.id ?? 0n;
  const { execution } = await harness.executions(tester).executeAgent({ id: agentId, input: json({}) });
  const request = { agentId, id: execution?.id ?? 0n, templateVersion: 1 };
  expect((await harness.replays(tester).replayAgentExecution(request)).replay).toMatchObject({ same: true });
  expect(provider.requests).toEqual([]);
});
