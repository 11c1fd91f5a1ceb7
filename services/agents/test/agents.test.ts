import { timestampFromDate } from '@bufbuild/protobuf/wkt';
import { AgentStatus, AgentType } from '@drippulse/proto/drippulse/agents/v1/agents_pb';
import { AgentTemplateKind } from '@drippulse/proto/drippulse/agents/v1/templates_pb';
import { eventually } from '@drippulse/testing';
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { editor, type Harness, json, parsed, reasonOf, startHarness, stranger, tester } from './harness.ts';

let harness: Harness;
beforeAll(async () => {
  harness = await startHarness();
});
afterAll(() => harness.stop());

const template = { type: AgentType.TEMPLATE, templateId: 1n };
const scorer = {
  kind: AgentTemplateKind.SCORER,
  defaultConfiguration: json({ factors: [{ name: 'a', weight: 1, conditions: [{ field: 'a', operator: 'exists' }] }] }),
};

async function fieldsOf(call: Promise<unknown>): Promise<string[]> {
  const { fromConnectError } = await import('@drippulse/rpc');
  return call.then(
    () => [],
    (error: unknown) => fromConnectError(error).violations.map(({ field }) => field),
  );
}

test('every organization has the six built-in templates, which it can only give a policy', async () => {
  const { agentTemplates, totalCount } = await harness.templates(stranger).listAgentTemplates({});
  expect(agentTemplates.map(({ id, key }) => [id, key])).toEqual([
    [6n, 'meeting_summarizer'],
    [5n, 'opportunity_router'],
    [4n, 'email_writer'],
    [3n, 'reply_classifier'],
    [2n, 'lead_scorer'],
    [1n, 'lead_qualification'],
  ]);
  expect([totalCount, agentTemplates.every(({ builtIn }) => builtIn)]).toEqual([6n, true]);
  const own = harness.templates(editor);
  const recent = { createdSince: timestampFromDate(new Date('2026-02-01T00:00:00Z')) };
  expect((await own.listAgentTemplates({ ...recent, limit: 2 })).totalCount).toBe(0n);
  expect(
    (await own.listAgentTemplates({ limit: 2, kind: AgentTemplateKind.SCORER, ids: [1n, 2n, 5n] })).agentTemplates,
  ).toHaveLength(2);
  const changes = [
    own.updateAgentTemplate({ id: 1n, name: 'Mine', updateMask: { paths: ['name'] } }),
    own.deleteAgentTemplate({ id: 1n }),
  ];
  for (const change of changes) expect(await reasonOf(change)).toBe('agent_template_built_in');
  const policy = { id: 1n, timeoutSeconds: 5, updateMask: { paths: ['timeout_seconds'] } };
  const { agentTemplate } = await own.updateAgentTemplateExecutionPolicy(policy);
  expect(agentTemplate).toMatchObject({
    version: 1,
    revision: 2n,
    executionPolicy: { timeoutSeconds: 5, maxRetries: 2 },
  });
  for (const caller of [stranger, tester]) {
    const { agentTemplate: theirs } = await harness.templates(caller).getAgentTemplate({ id: 1n });
    expect(theirs).toMatchObject({ revision: 1n, executionPolicy: { timeoutSeconds: 60 } });
  }
});

test('a change of what a template does makes a version, and a change of its names does not', async () => {
  const own = harness.templates(editor);
  const { agentTemplate } = await own.createAgentTemplate({ name: 'Partner leads', ...scorer });
  const { id = 0n } = agentTemplate ?? {};
  expect(agentTemplate).toMatchObject({ key: 'partner_leads', version: 1, builtIn: false });
  const named = await own.updateAgentTemplate({ id, name: 'Partners', updateMask: { paths: ['name'] } });
  expect(named.agentTemplate).toMatchObject({ name: 'Partners', version: 1 });
  const configuration = json({ base: 1, ...parsed(scorer.defaultConfiguration) });
  const changed = await own.updateAgentTemplate({
    id,
    defaultConfiguration: configuration,
    updateMask: { paths: ['default_configuration'] },
  });
  expect(changed.agentTemplate).toMatchObject({ version: 2, name: 'Partners' });
  const paths = ['rate_limit_per_minute', 'max_retries'];
  const limited = await own.updateAgentTemplateExecutionPolicy({
    id,
    rateLimitPerMinute: 9,
    maxRetries: 0,
    updateMask: { paths },
  });
  expect(limited.agentTemplate).toMatchObject({
    version: 3,
    executionPolicy: { rateLimitPerMinute: 9, maxRetries: 0 },
  });
  const cleared = await own.updateAgentTemplateExecutionPolicy({ id, updateMask: { paths: ['max_retries'] } });
  expect(cleared.agentTemplate).toMatchObject({
    version: 4,
    executionPolicy: { rateLimitPerMinute: 9, maxRetries: 2 },
  });
  const foreign = [
    harness.templates(stranger).getAgentTemplate({ id }),
    harness.templates(stranger).updateAgentTemplate({ id, name: 'Theirs', updateMask: { paths: ['name'] } }),
    harness.templates(stranger).deleteAgentTemplate({ id }),
  ];
  for (const call of foreign) expect(await reasonOf(call)).toBe('agent_template_not_found');
  const { agent } = await harness
    .agents(editor)
    .spawnAgent({ name: 'Partner scorer', type: AgentType.TEMPLATE, templateId: id });
  expect(await reasonOf(own.deleteAgentTemplate({ id }))).toBe('agent_template_in_use');
  await harness.agents(editor).deleteAgent({ id: agent?.id ?? 0n });
  await own.deleteAgentTemplate({ id });
  expect(await reasonOf(own.getAgentTemplate({ id }))).toBe('agent_template_not_found');
});

test.each<[string, object, string[]]>([
  ['no name', { name: ' ', ...scorer }, ['name']],
  ['a key that others have', { name: 'Taken', key: 'taken', ...scorer }, ['key']],
  ['a scorer without factors', { name: 'x', kind: AgentTemplateKind.SCORER }, ['default_configuration.factors']],
  ['a model without a prompt', { name: 'x', kind: AgentTemplateKind.LLM }, ['prompt']],
  [
    'code that nobody knows',
    { name: 'x', kind: AgentTemplateKind.CODE, defaultConfiguration: json({ code_id: 'gone' }) },
    ['default_configuration.code_id'],
  ],
  [
    'a schema with a pattern',
    { name: 'x', ...scorer, inputSchema: json({ type: 'object', properties: { a: { pattern: '(a+)+$' } } }) },
    ['input_schema.properties.a.pattern'],
  ],
  [
    'a schema with a reference',
    { name: 'x', ...scorer, inputSchema: json({ type: 'object', $ref: '#' }) },
    ['input_schema.$ref'],
  ],
  [
    'a condition that is none',
    {
      name: 'x',
      kind: AgentTemplateKind.ROUTER,
      defaultConfiguration: json({ rules: [{ name: 'r', conditions: [{ field: 'a', operator: 'resembles' }] }] }),
    },
    ['default_configuration.rules.0.conditions.0.operator'],
  ],
  [
    'a policy out of range',
    { name: 'x', ...scorer, executionPolicy: { timeoutSeconds: 0, maxRetries: 6, maxCostUsdPerDay: -1 } },
    ['execution_policy.max_cost_usd_per_day', 'execution_policy.timeout_seconds', 'execution_policy.max_retries'],
  ],
])('a template with %s is refused by the name of the field', async (_case, request, fields) => {
  if (fields[0] === 'key') await harness.templates(editor).createAgentTemplate({ name: 'Taken', ...scorer });
  expect(await fieldsOf(harness.templates(editor).createAgentTemplate(request))).toEqual(fields);
});

test('the example of the reference deploys an agent, whose name no other agent may have', async () => {
  const { agent } = await harness.agents(editor).spawnAgent({
    name: 'Inbound Lead Qualification',
    ...template,
    configuration: json({ min_score_threshold: 0.72 }),
  });
  expect(agent).toMatchObject({ agentId: agent?.id, status: AgentStatus.ACTIVE, templateId: 1n });
  await eventually(() => {
    const made = harness.events.filter(({ aggregate }) => aggregate === `agent:${agent?.id}`);
    expect(made.map(({ payload }) => payload.case)).toEqual(['created']);
  });
  const again = { name: 'Inbound Lead Qualification', ...template };
  expect(await fieldsOf(harness.agents(editor).spawnAgent(again))).toEqual(['name']);
  // Names are unique only within one organization and mode.
  for (const caller of [stranger, tester]) await harness.agents(caller).spawnAgent(again);
});

test('two that take a name at once get it once', async () => {
  const spawn = () => harness.agents(editor).spawnAgent({ name: 'Raced', ...template });
  const reasons = await Promise.all([spawn(), spawn(), spawn()].map(reasonOf));
  expect(reasons.filter((reason) => reason === undefined)).toHaveLength(1);
  expect(new Set(reasons)).toEqual(new Set([undefined, 'validation_failed']));
});

test.each<[string, object, string]>([
  ['an unknown template', { name: 'a', type: AgentType.TEMPLATE, templateId: 999n }, 'agent_template_not_found'],
  ['an unknown workflow', { name: 'b', type: AgentType.WORKFLOW, workflowId: 99n }, 'workflow_not_found'],
  ['code that nobody knows', { name: 'c', type: AgentType.CODE, codeId: 'gone' }, 'validation_failed'],
  ['no name', template, 'validation_failed'],
  ['no type', { name: 'd' }, 'validation_failed'],
  ['no template', { name: 'e', type: AgentType.TEMPLATE }, 'validation_failed'],
  ['no workflow', { name: 'f', type: AgentType.WORKFLOW }, 'validation_failed'],
  [
    'a configuration that the template refuses',
    { name: 'g', ...template, configuration: json({ min_score_threshold: 2 }) },
    'validation_failed',
  ],
])('spawning with %s is refused', async (_case, request, reason) => {
  expect(await reasonOf(harness.agents(editor).spawnAgent(request))).toBe(reason);
});

test('an agent is seen and changed by its organization alone', async () => {
  const { agent } = await harness.agents(editor).spawnAgent({ name: 'Own', ...template });
  const { id = 0n } = agent ?? {};
  const theirs = harness.agents(stranger);
  const calls = [
    theirs.getAgent({ id }),
    theirs.updateAgent({ id, status: AgentStatus.PAUSED, updateMask: { paths: ['status'] } }),
    theirs.deleteAgent({ id }),
  ];
  for (const call of calls) expect(await reasonOf(call)).toBe('agent_not_found');
  expect((await theirs.listAgents({ ids: [id] })).agents).toEqual([]);
  const paused = await harness
    .agents(editor)
    .updateAgent({ id, status: AgentStatus.PAUSED, updateMask: { paths: ['status'] } });
  expect(paused.agent).toMatchObject({ status: AgentStatus.PAUSED, revision: 2n, name: 'Own' });
  expect(
    (await harness.agents(editor).listAgents({ status: AgentStatus.PAUSED })).agents.map(({ name }) => name),
  ).toEqual(['Own']);
  expect(
    await reasonOf(
      harness.agents(editor).updateAgent({ id, status: AgentStatus.ERROR, updateMask: { paths: ['status'] } }),
    ),
  ).toBe('validation_failed');
  expect(await reasonOf(harness.agents(tester).updateAgent({ id, name: 'T', updateMask: { paths: ['name'] } }))).toBe(
    'test_mode',
  );
  await harness.checks(editor).checkAgent({ id });
  expect(await reasonOf(harness.checks(stranger).checkAgent({ id }))).toBe('agent_not_found');
  await harness.agents(editor).deleteAgent({ id });
  expect(await reasonOf(harness.agents(editor).deleteAgent({ id }))).toBe('agent_not_found');
});

test('each write of budgets is a revision', async () => {
  const budgets = harness.budgets({ ...editor, role: 'admin' });
  const limit = (monthlyUsd: number) => ({ monthlyUsd, updateMask: { paths: ['monthly_usd'] } });
  const revisionOf = async (monthlyUsd: number) =>
    (await budgets.updateAgentBudgets(limit(monthlyUsd))).agentBudgets?.revision ?? 0n;
  const first = await revisionOf(300);
  expect(await revisionOf(400)).toBe(first + 1n);
});
