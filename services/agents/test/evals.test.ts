import { once } from 'node:events';
import { AgentType } from '@drippulse/proto/drippulse/agents/v1/agents_pb';
import { AgentEvalRunStatus } from '@drippulse/proto/drippulse/agents/v1/evals_pb';
import { AgentExecutionKind } from '@drippulse/proto/drippulse/agents/v1/executions_pb';
import { AgentTemplateKind } from '@drippulse/proto/drippulse/agents/v1/templates_pb';
import { fromConnectError } from '@drippulse/rpc';
import { eventually } from '@drippulse/testing';
import { afterAll, beforeAll, beforeEach, expect, test } from '@jest/globals';
import { sql } from 'kysely';
import { editor, json, parsed, reasonOf, stranger, tester } from './harness.ts';
import { endLeases } from './leases.ts';
import { spawnChild } from './ledger-checks.ts';
import { startTools, type Tools } from './tools-harness.ts';

let tools: Tools;
let harness: Tools['harness'];
let provider: Tools['provider'];
beforeAll(async () => {
  tools = await startTools();
  ({ harness, provider } = tools);
});
afterAll(() => tools?.stop());
beforeEach(() => tools.clear());

const evals = (caller = editor) => harness.evals(caller);
const versions = (caller = editor) => harness.versions(caller);
const weighing = (weight: number, more: object = {}) =>
  json({ factors: [{ name: 'known', weight, conditions: [{ field: 'email', operator: 'exists' }] }], ...more });

let names = 0;
async function scorer(caller = editor): Promise<{ agentId: bigint; templateId: bigint }> {
  names += 1;
  const { agentTemplate } = await harness.templates(caller).createAgentTemplate({
    ...{ name: `Scorer ${names}`, kind: AgentTemplateKind.SCORER },
    defaultConfiguration: weighing(1, { min_score_threshold: 0.6 }),
  });
  const templateId = agentTemplate?.id ?? 0n;
  const { agent } = await harness
    .agents(caller)
    .spawnAgent({ name: `Scorer ${names}`, type: AgentType.TEMPLATE, templateId });
  return { agentId: agent?.id ?? 0n, templateId };
}
async function setOf(agentId: bigint, caller = editor): Promise<bigint> {
  return (await evals(caller).createAgentEvalSet({ agentId, name: 'Set' })).evalSet?.id ?? 0n;
}
const draft = (id: bigint, more: object) =>
  harness.templates({ ...editor, role: 'admin' }).updateAgentTemplate({
    ...{ id, draft: true, ...more },
    updateMask: { paths: Object.keys(more).map((name) => name.replace(/[A-Z]/g, (one) => `_${one.toLowerCase()}`)) },
  });
async function ended(evalSetId: bigint, id = 0n, caller = editor) {
  return eventually(async () => {
    const { evalRun } = await evals(caller).getAgentEvalRun({ evalSetId, id });
    expect(evalRun?.finishedAt).toBeDefined();
    return evalRun;
  });
}
async function run(evalSetId: bigint, templateVersion: number, more: object = {}) {
  const { evalRun } = await evals().startAgentEvalRun({ evalSetId, templateVersion, ...more });
  return ended(evalSetId, evalRun?.id);
}
async function execute(agentId: bigint, input: object): Promise<bigint> {
  const { execution } = await harness.executions(editor).executeAgent({ id: agentId, input: json(input) });
  return execution?.id ?? 0n;
}
const activate = (id: bigint, version: number, force?: boolean) =>
  versions().activateAgentTemplateVersion({ id, version, ...(force !== undefined && { force }) });

test('a version that does worse at the cases is not activated, unless somebody forces it, and one that does as well is', async () => {
  const { agentId, templateId } = await scorer();
  const evalSetId = await setOf(agentId);
  const executions = [await execute(agentId, { email: 'ada@acme.example' }), await execute(agentId, { n: 2 })];
  for (const executionId of executions) await evals().createAgentEvalCase({ evalSetId, executionId });
  const asked = { evalSetId, input: json({ email: 'bob@acme.example' }), checks: [{ path: 'score', min: 0.7 }] };
  const { evalCase } = await evals().createAgentEvalCase(asked);
  const cases = (await evals().listAgentEvalCases({ evalSetId })).evalCases;
  expect(cases.map(({ executionId, checks }) => [executionId, checks.map(({ path }) => path)])).toEqual([
    [undefined, ['score']],
    [executions[1], ['qualified']],
    [executions[0], ['qualified']],
  ]);
  // Version 2 qualifies nobody. Version 3 decides as version 1 does, with a different weight.
  await draft(templateId, { defaultConfiguration: weighing(0.1, { min_score_threshold: 0.6 }) });
  await draft(templateId, { defaultConfiguration: weighing(2, { min_score_threshold: 0.6 }) });
  const worse = await run(evalSetId, 2, { trials: 5 });
  expect(worse).toMatchObject({
    ...{ status: AgentEvalRunStatus.COMPLETED, progress: 1, trials: 1, templateVersion: 2, activeVersion: 1 },
    ...{ cases: 3, passed: 1, activePassed: 3, isWorse: true, costUsd: '0.000000' },
  });
  const refused = await activate(templateId, 2).then(() => undefined, fromConnectError);
  expect(refused).toMatchObject({
    reason: 'eval_regression',
    facts: { eval_set_id: Number(evalSetId), eval_run_id: Number(worse?.id), passed: 1, active_passed: 3 },
  });
  const results = await evals().listAgentEvalResults({ evalSetId, id: worse?.id ?? 0n });
  expect(results.evalResults.map(({ passed, activePassed, isWorse }) => [passed, activePassed, isWorse])).toEqual([
    [0, 1, true],
    [0, 1, true],
    [1, 1, false],
  ]);
  const place = { evalSetId, runId: worse?.id ?? 0n };
  const { evalResult } = await evals().getAgentEvalResult({ ...place, caseId: evalCase?.id ?? 0n });
  const [own] = evalResult?.outcomes.filter(({ templateVersion }) => templateVersion === 2) ?? [];
  expect(own).toMatchObject({ trial: 1, passed: false, problems: ['score is not at least 0.7'] });
  expect(parsed(own?.output)).toMatchObject({ qualified: false });
  expect(await run(evalSetId, 3)).toMatchObject({ passed: 3, activePassed: 3, isWorse: false });
  expect((await activate(templateId, 3)).agentTemplate?.version).toBe(3);
  // The failed run compared version 2 with version 1, which is no longer active. Its verdict applies again when version
  // 1 is active again.
  await activate(templateId, 1);
  expect(await reasonOf(activate(templateId, 2))).toBe('eval_regression');
  expect((await activate(templateId, 2, true)).agentTemplate?.version).toBe(2);
  const { evalRuns } = await evals().listAgentEvalRuns({ evalSetId });
  expect(evalRuns.map(({ templateVersion, isWorse }) => [templateVersion, isWorse])).toEqual([
    [3, false],
    [2, true],
  ]);
});

const outputSchema = json({
  type: 'object',
  properties: { class: { type: 'string', enum: ['interested', 'later'] } },
  required: ['class'],
});
const writes = { allowedActions: ['crm.create_activity'], requireApproval: json('none') };
const note = { name: 'crm__create_activity', arguments: '{"kind":"note","subject":"Called"}' };

/** Creates an agent that writes a note and classifies, and a case from one of its executions. */
async function classifier(policy: object = writes) {
  provider.answer(({ body }) => {
    if (!body.includes('"role":"tool"')) return { finish: 'tool_calls', tools: [note] };
    return { text: JSON.stringify({ class: body.includes('Be stern.') ? 'later' : 'interested' }) };
  });
  const made = await tools.agentWith(policy, { outputSchema });
  const evalSetId = await setOf(made.agentId);
  const executionId = await execute(made.agentId, { email: 'ada@acme.example' });
  const { evalCase } = await evals().createAgentEvalCase({ evalSetId, executionId });
  expect(evalCase?.checks).toMatchObject([{ path: 'class' }]);
  await draft(made.templateId, { prompt: 'Be stern.' });
  return { ...made, evalSetId, executionId };
}

/** Reads the ledger's calls of a run. */
async function callsOf(runId = 0n) {
  const { rows } = await sql<{ seq: number; attempt: number; state: string; charged: bigint }>`
    select seq, attempt, state, charged_pico_usd as charged from reservations join eval_runs
      on reservations.created_at = eval_runs.created_at and reservations.execution_id = eval_runs.ledger_id
    where eval_runs.id = ${runId} order by seq, attempt`.execute(harness.db.kysely);
  return rows;
}

test('a run of a model asks for each trial, performs nothing, and is in the ledger and the costs of its agent', async () => {
  const { agentId, templateId, evalSetId } = await classifier();
  const [performed, billed] = [harness.peer.performed.length, provider.bill()];
  provider.requests.length = 0;
  const done = await run(evalSetId, 2);
  expect(done).toMatchObject({ trials: 3, cases: 1, passed: 0, activePassed: 1, isWorse: true });
  // Three trials of each of two versions. Each trial has one request that calls the tool and one that gives the answer.
  expect(provider.requests).toHaveLength(12);
  expect(harness.peer.performed).toHaveLength(performed);
  const calls = await callsOf(done?.id);
  expect(calls.map(({ state }) => state)).toEqual(Array.from({ length: 12 }, () => 'settled'));
  expect(calls.reduce((sum, { charged }) => sum + charged, 0n)).toBe(provider.bill() - billed);
  expect(Number(done?.costUsd)).toBeCloseTo(Number(provider.bill() - billed) / 1e12, 5);
  const { byKind } = await harness.insights(editor).getAgentCosts({ id: agentId });
  expect(byKind.find(({ kind }) => kind === AgentExecutionKind.EVAL)?.sum).toMatchObject({ calls: 12n });
  const { evalResults } = await evals().listAgentEvalResults({ evalSetId, id: done?.id ?? 0n });
  const [outcome] = evalResults[0]?.outcomes ?? [];
  expect(outcome).toMatchObject({ actions: ['crm.create_activity'], model: 'm' });
  expect(await reasonOf(activate(templateId, 2))).toBe('eval_regression');
  // The tool returns the recorded result.
  expect(provider.requests.at(-1)?.body).not.toContain('was not performed');
});

test('a run stops at its own limit, and another at that of the agent', async () => {
  const { evalSetId } = await classifier();
  const before = provider.requests.length;
  expect(await run(evalSetId, 2, { maxCostUsd: 0 })).toMatchObject({
    ...{ status: AgentEvalRunStatus.FAILED, error: 'budget_exceeded', costUsd: '0.000000', isWorse: false },
  });
  expect(provider.requests).toHaveLength(before);
  // The budget has room for some of the concurrent calls.
  provider.answer({ text: '{"class":"later"}', delayMs: 300 });
  const partly = await run(evalSetId, 2, { maxCostUsd: 0.05 });
  expect(partly).toMatchObject({ status: AgentEvalRunStatus.FAILED, error: 'budget_exceeded' });
  expect(provider.requests.length).toBeGreaterThan(before);
  expect(Number(partly?.costUsd)).toBeLessThanOrEqual(0.05);
  provider.answer({ status: 503 });
  expect(await run(evalSetId, 2)).toMatchObject({ error: 'provider_unavailable' });
});

test.each(['after-answer', 'after-commit'] as const)(
  'a process killed %s loses nothing of a run: no stored answer is asked for again, and each further call has its charge',
  async (point) => {
    const { evalSetId } = await classifier({ maxRetries: 2 });
    provider.answer({ text: '{"class":"interested"}' });
    const done = await run(evalSetId, 1, { trials: 1 });
    expect([done?.activeVersion, done?.activePassed, done?.passed]).toEqual([undefined, undefined, 1]);
    await harness.stopServices();
    // Resets the run to its state before the first call.
    await sql`
      with run as (update eval_runs set ledger_id = nextval('executions_id_seq'), cases = null, passed = null where id = ${done?.id}),
      result as (update eval_results set passed = null, output = null where run_id = ${done?.id})
      update jobs set status = 'queued', processed = 0, finished_at = null, wake_at = now() where id = ${done?.id}`.execute(
      harness.db.kysely,
    );
    provider.requests.length = 0;
    const child = spawnChild(harness, point);
    const [, signal] = await once(child, 'exit');
    expect(signal).toBe('SIGKILL');
    await endLeases(harness);
    await harness.start();
    expect(await ended(evalSetId, done?.id)).toMatchObject({ status: AgentEvalRunStatus.COMPLETED, passed: 1 });
    expect(provider.requests).toHaveLength({ 'after-answer': 2, 'after-commit': 1 }[point]);
    expect((await callsOf(done?.id)).map(({ attempt, state }) => [attempt, state])).toEqual(
      point === 'after-commit'
        ? [[1, 'settled']]
        : [
            [1, 'assumed'],
            [2, 'settled'],
          ],
    );
  },
);

test('a run is one for its key, one at a time, and a cancelled one judges nothing and stores no answer that comes late', async () => {
  const { evalSetId, templateId } = await classifier();
  const release = provider.hold();
  const before = provider.requests.length;
  const headers = { headers: { 'idempotency-key': 'run-once' } };
  const start = () => evals().startAgentEvalRun({ evalSetId, templateVersion: 2 }, headers);
  const { evalRun } = await start();
  await eventually(() => expect(provider.requests.length).toBeGreaterThan(before));
  expect((await start()).evalRun?.id).toBe(evalRun?.id);
  expect(await reasonOf(evals().startAgentEvalRun({ evalSetId, templateVersion: 2 }))).toBe('eval_run_in_progress');
  const place = { evalSetId, id: evalRun?.id ?? 0n };
  const cancelled = await evals().cancelAgentEvalRun(place);
  expect(cancelled.evalRun).toMatchObject({ status: AgentEvalRunStatus.CANCELLED, isWorse: false });
  release();
  // Calls under way are paid for, and no further call begins.
  await eventually(async () => {
    const states = (await callsOf(place.id)).map(({ state }) => state);
    expect(states.length).toBeGreaterThan(0);
    expect(new Set(states)).toEqual(new Set(['settled']));
  });
  const { evalResults } = await evals().listAgentEvalResults(place);
  expect(evalResults).toEqual([]);
  await activate(templateId, 2);
  expect((await evals().cancelAgentEvalRun(place)).evalRun?.status).toBe(AgentEvalRunStatus.CANCELLED);
});

test('what an eval set cannot be is refused', async () => {
  const { agentId } = await scorer();
  const evalSetId = await setOf(agentId);
  const fields = async (request: object) => {
    const refused = await evals()
      .createAgentEvalCase({ evalSetId, ...request })
      .then(() => undefined, fromConnectError);
    const violations = refused?.violations?.map(({ field, code }) => [field, code]) ?? [];
    return violations.length > 0 ? violations : refused?.reason;
  };
  const input = json({ email: 'a@b.example' });
  const checks = [{ path: 'qualified', equals: json(true) }];
  expect(await fields({})).toEqual([
    ['input', 'required'],
    ['checks', 'required'],
  ]);
  expect(await fields({ input, checks: [{}] })).toEqual([['checks.0', 'required']]);
  expect(await fields({ input, checks: [{ path: 'x', calls: 'crm.create_led' }] })).toEqual([
    ['checks.0.path', 'not_allowed'],
    ['checks.0.calls', 'enum'],
  ]);
  expect(await fields({ input, checks: Array.from({ length: 21 }, () => checks[0]) })).toEqual([['checks', 'length']]);
  expect(await fields({ input, checks, executionId: 1n })).toEqual([['input', 'not_allowed']]);
  expect(await fields({ executionId: 999_999n })).toBe('agent_execution_not_found');
  const start = (more: object) => reasonOf(evals().startAgentEvalRun({ evalSetId, templateVersion: 1, ...more }));
  expect(await start({})).toBe('eval_set_empty');
  expect(await start({ templateVersion: 9 })).toBe('agent_template_version_not_found');
  expect(await start({ trials: 6 })).toBe('validation_failed');
  expect(await start({ maxCostUsd: -1 })).toBe('validation_failed');
  const { agent } = await harness
    .agents(editor)
    .spawnAgent({ name: 'Flow', type: AgentType.WORKFLOW, workflowId: 12n });
  expect(await reasonOf(evals().createAgentEvalSet({ agentId: agent?.id ?? 0n, name: 'x' }))).toBe('wrong_agent_type');
  expect(await reasonOf(evals().createAgentEvalSet({ agentId, name: '' }))).toBe('validation_failed');
  await sql`
    insert into eval_cases (organization_id, eval_set_id, at, input, checks, calls, contact, has_enrollment, people, created_at)
    select 1, ${evalSetId}, now(), '{}', '[]', '[]', '{}', false, '{}', now() from generate_series(1, 500)`.execute(
    harness.db.kysely,
  );
  expect(await fields({ input, checks })).toBe('eval_set_full');
});

test('eval sets of another organization, and of test keys, are out of reach', async () => {
  const { agentId } = await scorer();
  const evalSetId = await setOf(agentId);
  const checks = [{ path: 'qualified', equals: json(true) }];
  const added = await evals().createAgentEvalCase({ evalSetId, input: json({ email: 'a@b.example' }), checks });
  const done = await run(evalSetId, 1);
  const [id, caseId] = [done?.id ?? 0n, added.evalCase?.id ?? 0n];
  const theirs = evals(stranger);
  const calls = [
    () => theirs.getAgentEvalSet({ id: evalSetId }),
    () => theirs.deleteAgentEvalSet({ id: evalSetId }),
    () => theirs.listAgentEvalCases({ evalSetId }),
    () => theirs.createAgentEvalCase({ evalSetId, input: json({}), checks }),
    () => theirs.deleteAgentEvalCase({ evalSetId, id: caseId }),
    () => theirs.listAgentEvalRuns({ evalSetId }),
    () => theirs.startAgentEvalRun({ evalSetId, templateVersion: 1 }),
    () => theirs.getAgentEvalRun({ evalSetId, id }),
    () => theirs.cancelAgentEvalRun({ evalSetId, id }),
    () => theirs.listAgentEvalResults({ evalSetId, id }),
    () => theirs.getAgentEvalResult({ evalSetId, runId: id, caseId }),
  ];
  for (const call of calls) expect(await reasonOf(call())).toBe('eval_set_not_found');
  expect(await reasonOf(theirs.createAgentEvalSet({ agentId, name: 'x' }))).toBe('agent_not_found');
  expect((await theirs.listAgentEvalSets({})).evalSets).toEqual([]);
  expect(await reasonOf(evals(tester).createAgentEvalSet({ agentId, name: 'x' }))).toBe('agent_not_found');
  expect(await reasonOf(evals(tester).startAgentEvalRun({ evalSetId, templateVersion: 1 }))).toBe('test_mode');
  const other = await setOf(agentId);
  expect(await reasonOf(evals().getAgentEvalRun({ evalSetId: other, id }))).toBe('eval_run_not_found');
  expect(await reasonOf(evals().deleteAgentEvalCase({ evalSetId: other, id: caseId }))).toBe('eval_case_not_found');
  expect(await reasonOf(evals().getAgentEvalResult({ evalSetId, runId: id, caseId: 999_999n }))).toBe(
    'eval_case_not_found',
  );
  const listed = await evals().listAgentEvalSets({ agentId });
  expect(listed.evalSets.map((one) => [one.id, one.caseCount])).toEqual([
    [other, 0n],
    [evalSetId, 1n],
  ]);
  // An eval set in test mode runs without a model.
  const own = await scorer(tester);
  const testSet = await setOf(own.agentId, tester);
  await evals(tester).createAgentEvalCase({ evalSetId: testSet, input: json({ email: 'a@b.example' }), checks });
  const { evalRun } = await evals(tester).startAgentEvalRun({ evalSetId: testSet, templateVersion: 1 });
  expect(await ended(testSet, evalRun?.id, tester)).toMatchObject({ passed: 1, costUsd: '0.000000' });
});

test('an erased person leaves the cases with what came of them, and a deleted set or agent leaves nothing', async () => {
  const { agentId } = await scorer();
  const evalSetId = await setOf(agentId);
  const executionId = await execute(agentId, { email: 'gone@acme.example' });
  await evals().createAgentEvalCase({ evalSetId, executionId });
  const checks = [{ path: 'qualified', equals: json(true) }];
  const added = [{ note: 'Mail gone@acme.example', email: 'Gone@acme.example' }, { email: 'stays@acme.example' }];
  for (const input of added) await evals().createAgentEvalCase({ evalSetId, input: json(input), checks });
  const done = await run(evalSetId, 1);
  expect(done).toMatchObject({ cases: 3, passed: 3 });
  await harness.erasures(editor).erasePersonFromAgents({ refs: [], emails: ['gone@acme.example'] });
  const left = (await evals().listAgentEvalCases({ evalSetId })).evalCases;
  expect(left.map(({ input }) => parsed(input).email)).toEqual(['stays@acme.example']);
  expect((await evals().listAgentEvalResults({ evalSetId, id: done?.id ?? 0n })).totalCount).toBe(1n);
  expect(await reasonOf(evals().createAgentEvalCase({ evalSetId, executionId }))).toBe(
    'agent_execution_not_replayable',
  );
  const rowsOf = async (table: 'eval_runs' | 'jobs') =>
    harness.db.kysely
      .selectFrom(table)
      .select('id')
      .where('id', '=', done?.id ?? 0n)
      .execute();
  await evals().deleteAgentEvalSet({ id: evalSetId });
  expect(await reasonOf(evals().getAgentEvalSet({ id: evalSetId }))).toBe('eval_set_not_found');
  expect([await rowsOf('eval_runs'), await rowsOf('jobs')]).toEqual([[], []]);
  const second = await setOf(agentId);
  await harness.agents(editor).deleteAgent({ id: agentId });
  expect(await reasonOf(evals().getAgentEvalSet({ id: second }))).toBe('eval_set_not_found');
  await eventually(async () => {
    const rows = await harness.db.kysely.selectFrom('eval_sets').select('id').where('id', '=', second).execute();
    expect(rows).toEqual([]);
  });
});
