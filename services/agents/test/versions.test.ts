import { AgentType } from '@drippulse/proto/drippulse/agents/v1/agents_pb';
import { AgentTemplateKind } from '@drippulse/proto/drippulse/agents/v1/templates_pb';
import { type Receiver, startReceiver } from '@drippulse/testing';
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { sql } from 'kysely';
import { codeSecret, editor, type Harness, json, parsed, reasonOf, startHarness, stranger, tester } from './harness.ts';

let harness: Harness;
let receiver: Receiver;
beforeAll(async () => {
  receiver = await startReceiver();
  const code = { id: 'remote', url: receiver.url, secret: codeSecret, timeout_seconds: 5 };
  harness = await startHarness({ env: { CODE_AGENTS: JSON.stringify([code]) } });
});
afterAll(async () => {
  await harness?.stop();
  await receiver?.stop();
});

const own = () => harness.templates(editor);
const versions = (caller = editor) => harness.versions(caller);
const weighing = (weight: number, more: object = {}) =>
  json({ factors: [{ name: 'known', weight, conditions: [{ field: 'email', operator: 'exists' }] }], ...more });

let names = 0;
async function template(kind: AgentTemplateKind, defaultConfiguration: Uint8Array): Promise<bigint> {
  names += 1;
  const made = await own().createAgentTemplate({ name: `Template ${names}`, kind, defaultConfiguration });
  return made.agentTemplate?.id ?? 0n;
}
async function spawn(templateId: bigint): Promise<bigint> {
  names += 1;
  const request = { name: `Agent ${names}`, type: AgentType.TEMPLATE, templateId };
  return (await harness.agents(editor).spawnAgent(request)).agent?.id ?? 0n;
}
const change = (id: bigint, defaultConfiguration: Uint8Array, draft?: boolean) =>
  own().updateAgentTemplate({
    ...{ id, defaultConfiguration, updateMask: { paths: ['default_configuration'] } },
    ...(draft !== undefined && { draft }),
  });

test('a draft decides nothing until it is activated, an execution keeps the version that it began with, and any version may come back', async () => {
  const id = await template(AgentTemplateKind.SCORER, weighing(1));
  const agentId = await spawn(id);
  const score = async () => {
    const answer = await harness.executions(editor).scoreLead({ id: agentId, lead: json({ email: 'a@b.example' }) });
    const { execution } = await harness.executions(editor).getAgentExecution({ agentId, id: answer.executionId });
    return [execution?.templateVersion, answer.factors[0]?.weight];
  };
  const drafted = await change(id, weighing(2), true);
  expect(drafted.agentTemplate).toMatchObject({ version: 1, latestVersion: 2 });
  expect(parsed(drafted.agentTemplate?.defaultConfiguration).factors[0].weight).toBe(1);
  expect(await score()).toEqual([1, 1]);
  // The next change is based on the active version, and gets the version number after the draft's.
  expect((await change(id, weighing(3))).agentTemplate).toMatchObject({ version: 3, latestVersion: 3 });
  expect(await score()).toEqual([3, 3]);
  const { agentTemplate } = await versions().activateAgentTemplateVersion({ id, version: 2 });
  expect(agentTemplate).toMatchObject({ version: 2, latestVersion: 3 });
  expect(await score()).toEqual([2, 2]);
  const list = await versions().listAgentTemplateVersions({ id });
  expect(list.versions.map(({ version, active }) => [version, active])).toEqual([
    [3, false],
    [2, true],
    [1, false],
  ]);
  expect(list.totalCount).toBe(3n);
  const { version } = await versions().getAgentTemplateVersion({ id, version: 1 });
  expect(parsed(version?.defaultConfiguration).factors[0].weight).toBe(1);
  // A draft that equals the active version creates no version.
  expect((await change(id, weighing(2), true)).agentTemplate).toMatchObject({ version: 2, latestVersion: 3 });
  const policy = { id, timeoutSeconds: 9, updateMask: { paths: ['timeout_seconds'] } };
  expect((await own().updateAgentTemplateExecutionPolicy(policy)).agentTemplate).toMatchObject({ version: 4 });
});

test('versions of another organization, of test keys and of the platform are out of reach', async () => {
  const id = await template(AgentTemplateKind.SCORER, weighing(1));
  const theirs = versions(stranger);
  for (const call of [
    () => theirs.listAgentTemplateVersions({ id }),
    () => theirs.getAgentTemplateVersion({ id, version: 1 }),
    () => theirs.activateAgentTemplateVersion({ id, version: 1 }),
  ]) {
    expect(await reasonOf(call())).toBe('agent_template_not_found');
  }
  const missing = 'agent_template_version_not_found';
  expect(await reasonOf(versions().getAgentTemplateVersion({ id, version: 9 }))).toBe(missing);
  expect(await reasonOf(versions().activateAgentTemplateVersion({ id, version: 9 }))).toBe(missing);
  expect(await reasonOf(versions(tester).activateAgentTemplateVersion({ id, version: 1 }))).toBe('test_mode');
  expect(await reasonOf(versions().activateAgentTemplateVersion({ id: 1n, version: 1 }))).toBe(
    'agent_template_built_in',
  );
  expect((await versions(stranger).listAgentTemplateVersions({ id: 1n })).versions).toHaveLength(1);
});

/** Reads every row of the service's tables, by table, except those of the agents' rate limits. */
async function rowsOfAll(): Promise<string> {
  const { rows: tables } = await sql<{ name: string }>`
    select tablename as name from pg_tables where schemaname = 'agents' and tablename !~ '^(kysely|outbox|usage|entitlements)'
    order by 1`.execute(harness.db.kysely);
  const found: string[] = [];
  for (const { name } of tables) {
    const { rows } = await sql<{ text: string }>`
      select md5(string_agg(t::text, '|' order by t::text)) as text from ${sql.table(name)} as t`.execute(
      harness.db.kysely,
    );
    found.push(`${name} ${rows[0]?.text}`);
  }
  return found.join('\n');
}

test('a hundred stored executions are replayed by another version without any effect, and with all differences', async () => {
  const routes = (priority: string, next: string) =>
    json({
      rules: [
        {
          ...{ name: 'big', priority, next_action: next, owner: { type: 'round_robin', owner_ids: [1, 2, 3] } },
          conditions: [{ field: 'size', operator: 'greater_than', value: 50 }],
        },
      ],
      default: { priority: 'low', next_action: 'wait' },
    });
  const [scoring, routing] = [
    await template(AgentTemplateKind.SCORER, weighing(1)),
    await template(AgentTemplateKind.ROUTER, routes('high', 'call')),
  ];
  const coding = await template(AgentTemplateKind.CODE, json({ code_id: 'remote' }));
  const [scorer, router, code] = [await spawn(scoring), await spawn(routing), await spawn(coding)];
  receiver.answer({ body: '{"answer":7}' });
  const stored: { agentId: bigint; id: bigint; n: number }[] = [];
  for (let n = 0; n < 100; n += 1) {
    const agentId = [scorer, router, code][n % 3] ?? scorer;
    const input = json({ size: n, ...(n % 2 === 0 && { email: `p${n}@acme.example` }) });
    const { execution } = await harness.executions(editor).executeAgent({ id: agentId, input });
    stored.push({ agentId, id: execution?.id ?? 0n, n });
  }
  await change(scoring, weighing(2, { min_score_threshold: 0.8 }), true);
  await change(routing, routes('urgent', 'call'), true);
  const outputSchema = json({ type: 'object', properties: { answer: { type: 'integer', maximum: 5 } } });
  await own().updateAgentTemplate({ id: coding, outputSchema, draft: true, updateMask: { paths: ['output_schema'] } });
  const [before, requests] = [await rowsOfAll(), receiver.requests.length];
  for (const { agentId, id, n } of stored) {
    const { replay } = await harness.replays(editor).replayAgentExecution({ agentId, id, templateVersion: 2 });
    const { replay: same } = await harness.replays(editor).replayAgentExecution({ agentId, id, templateVersion: 1 });
    expect(same).toMatchObject({ same: true, differences: [], fromVersion: 1, toVersion: 1 });
    const paths = replay?.differences.map(({ path }) => path).sort();
    if (agentId === scorer) {
      const known = ['output.factors.0.contribution', 'output.factors.0.weight', 'output.score'];
      const unknown = ['output.factors.0.weight'];
      // The scores of known leads are 0.73 with the first version and 0.88 with the second, whose threshold is higher.
      expect([n, paths]).toEqual([
        n,
        [...(n % 2 === 0 ? known : [...unknown, 'output.qualified']), 'output.threshold'].sort(),
      ]);
    } else if (agentId === router) {
      expect([n, paths]).toEqual([n, n > 50 ? ['output.priority'] : []]);
    } else {
      expect([n, paths]).toEqual([n, ['error', 'output']]);
      expect(replay).toMatchObject({ error: { code: 'invalid_output' }, tools: [{ name: 'code_call', used: true }] });
    }
    expect(replay).toMatchObject({ costUsd: '0.000000', recordedCostUsd: '0.000000', fromVersion: 1, toVersion: 2 });
  }
  expect(receiver.requests).toHaveLength(requests);
  expect(await rowsOfAll()).toBe(before);
});

test('a replay that cannot be is refused, and that of another organization is missing', async () => {
  const id = await template(AgentTemplateKind.SCORER, weighing(1));
  const agentId = await spawn(id);
  const { execution } = await harness
    .executions(editor)
    .executeAgent({ id: agentId, input: json({ email: 'gone@acme.example' }) });
  const request = { agentId, id: execution?.id ?? 0n, templateVersion: 1 };
  const replay = (more: object = {}, caller = editor) =>
    reasonOf(harness.replays(caller).replayAgentExecution({ ...request, ...more }));
  expect(await replay({ templateVersion: undefined })).toBe('validation_failed');
  expect(await replay({ templateVersion: 7 })).toBe('agent_template_version_not_found');
  expect(await replay({ id: 999_999n })).toBe('agent_execution_not_found');
  expect(await replay({}, stranger)).toBe('agent_not_found');
  await harness.erasures(editor).erasePersonFromAgents({ refs: [], emails: ['gone@acme.example'] });
  expect(await replay()).toBe('agent_execution_not_replayable');
  const flow = { name: 'Flow', type: AgentType.WORKFLOW, workflowId: 12n };
  const { agent } = await harness.agents(editor).spawnAgent(flow);
  expect(await replay({ agentId: agent?.id ?? 0n })).toBe('wrong_agent_type');
});
