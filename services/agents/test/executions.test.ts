import { AgentStatus, AgentType } from '@drippulse/proto/drippulse/agents/v1/agents_pb';
import { AgentExecutionStatus } from '@drippulse/proto/drippulse/agents/v1/executions_pb';
import { AgentTemplateKind } from '@drippulse/proto/drippulse/agents/v1/templates_pb';
import { EnrollmentStatus } from '@drippulse/proto/drippulse/enrollments/v1/enrollments_pb';
import { eventually } from '@drippulse/testing';
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { sql } from 'kysely';
import { editor, type Harness, json, parsed, reasonOf, startHarness, stranger, tester } from './harness.ts';

let harness: Harness;
beforeAll(async () => {
  harness = await startHarness({ config: { patienceMs: 5_000 } });
});
afterAll(() => harness.stop());

let names = 0;
async function spawn(request: object, caller = editor): Promise<bigint> {
  names += 1;
  const { agent } = await harness.agents(caller).spawnAgent({ name: `Agent ${names}`, ...request });
  return agent?.id ?? 0n;
}
const scorer = { type: AgentType.TEMPLATE, templateId: 1n };
const workflow = { type: AgentType.WORKFLOW, workflowId: 12n };
const router = async (configuration: object, executionPolicy = {}) => {
  names += 1;
  const { agentTemplate } = await harness.templates(editor).createAgentTemplate({
    ...{ name: `Template ${names}`, kind: AgentTemplateKind.ROUTER, defaultConfiguration: json(configuration) },
    executionPolicy,
  });
  return spawn({ type: AgentType.TEMPLATE, templateId: agentTemplate?.id ?? 0n });
};

test('a score is the base and its contributions, exactly, and says what is unknown', async () => {
  const id = await spawn({ ...scorer, configuration: json({ min_score_threshold: 0.72 }) });
  const lead = json({ email: 'ada@acme.example', title: 'Chief Engineer' });
  const answer = await harness.executions(editor).scoreLead({ id, lead });
  const logit = answer.factors.reduce((sum, { contribution }) => sum + contribution, answer.base);
  expect(Math.abs(Math.log(answer.score / (1 - answer.score)) - logit)).toBeLessThan(1e-9);
  expect(answer).toMatchObject({ threshold: 0.72, qualified: answer.score >= 0.72, replayed: false });
  expect(answer.factors.map(({ name, value }) => [name, value])).toEqual([
    ['business_email', 1],
    ['senior_title', 1],
    ['leading_title', 0],
    ['has_phone', 0],
    ['known_company', 0],
  ]);
  const empty = await harness.executions(editor).scoreLead({ id, lead: json({}) });
  expect(empty.factors.slice(0, 3).map(({ value, contribution }) => [value, contribution])).toEqual([
    [undefined, 0],
    [undefined, 0],
    [undefined, 0],
  ]);
  expect(empty.completeness).toBeCloseTo(0.4);
});

test('a lead is found by its reference, and an unknown one is refused', async () => {
  const id = await spawn(scorer);
  const own = harness.executions(editor);
  expect((await own.scoreLead({ id, leadRef: 'lead_ada' })).factors[0]).toMatchObject({
    name: 'business_email',
    value: 1,
  });
  expect(await reasonOf(own.scoreLead({ id, leadRef: 'lead_nobody' }))).toBe('lead_ref_not_found');
  expect(await reasonOf(own.scoreLead({ id }))).toBe('validation_failed');
});

test('a key answers what is stored for ever, however often and however many ask at once, and refuses another input', async () => {
  const id = await spawn(scorer);
  const ask = (lead: object, idempotencyKey = 'lead 7') =>
    harness.executions(editor).scoreLead({ id, lead: json(lead), idempotencyKey });
  const answers = await Promise.all([1, 2, 3, 4].map(() => ask({ email: 'a@b.co', title: 'CTO' })));
  expect(new Set(answers.map(({ executionId }) => executionId)).size).toBe(1);
  expect(answers.filter(({ replayed }) => !replayed)).toHaveLength(1);
  // The order of members does not matter.
  expect(await ask({ title: 'CTO', email: 'a@b.co' })).toMatchObject({ replayed: true, score: answers[0]?.score });
  expect(await reasonOf(ask({ email: 'other@b.co' }))).toBe('idempotency_key_reused');
  const header = { headers: { 'idempotency-key': '"lead 7 by header"' } };
  expect(await reasonOf(harness.executions(editor).scoreLead({ id, lead: json({}) }, header))).toBe(
    'invalid_idempotency_key',
  );
  const other = await spawn(scorer);
  const elsewhere = await harness.executions(editor).scoreLead({ id: other, lead: json({}), idempotencyKey: 'lead 7' });
  expect(elsewhere.replayed).toBe(false);
  const { executions, totalCount } = await harness.executions(editor).listAgentExecutions({ agentId: id });
  expect([executions.length, totalCount]).toEqual([1, 1n]);
  expect(executions[0]).toMatchObject({
    status: AgentExecutionStatus.SUCCEEDED,
    idempotencyKey: 'lead 7',
    costUsd: '0.000000',
  });
});

test('scores that are asked for together share transactions, and each gets its own answer', async () => {
  const ids = [await spawn(scorer), await spawn({ ...scorer, configuration: json({ min_score_threshold: 0.99 }) })];
  const own = harness.executions(editor);
  const leads = Array.from({ length: 60 }, (_, n) => ({ email: `lead${n}@acme.example`, title: n % 3 ? 'CTO' : '' }));
  const askFor = (lead: object, n: number) =>
    own.scoreLead({ id: ids[n % 2] ?? 0n, lead: json(lead), idempotencyKey: `together ${n}` });
  const missing = reasonOf(own.scoreLead({ id: 999_999n, lead: json({}) }));
  const repeated = askFor(leads[7] ?? {}, 7);
  const answers = await Promise.all(leads.map(askFor));
  expect(await missing).toBe('agent_not_found');
  expect((await repeated).executionId).toBe(answers[7]?.executionId);
  expect(answers.map(({ factors }) => factors[1]?.value)).toEqual(leads.map(({ title }) => (title ? 1 : undefined)));
  expect(answers.map(({ threshold }) => threshold === 0.99)).toEqual(leads.map((_, n) => n % 2 === 1));
  const { rows } = await sql<{ id: bigint; input: string; people: string[]; steps: bigint; xmin: string }>`
    select execution.id, text.input, text.people, execution.xmin::text,
      (select count(*) from execution_steps as step where step.execution_id = execution.id) as steps
    from executions as execution join execution_texts as text on text.execution_id = execution.id
    where agent_id = any(${ids}::bigint[])`.execute(harness.db.kysely);
  const stored = new Map(rows.map((row) => [row.id, row]));
  expect(stored.size).toBe(leads.length);
  for (const [n, lead] of leads.entries()) {
    const row = stored.get(answers[n]?.executionId ?? 0n);
    expect(JSON.parse(row?.input ?? '')).toEqual(lead);
    expect(row).toMatchObject({ people: [lead.email], steps: 2n });
  }
  expect(new Set(rows.map(({ xmin }) => xmin)).size).toBeLessThan(leads.length / 2);
});

test('a router takes the first rule that matches, and owners in turn without those who are absent', async () => {
  const conditions = [{ field: 'amount_cents', operator: 'greater_than', value: 100 }];
  const id = await router({
    rules: [
      {
        name: 'large',
        conditions,
        priority: 'high',
        sla_hours: 4,
        owner: { type: 'round_robin', owner_ids: [1, 99, 2] },
      },
      { name: 'never', conditions: [{ field: 'x', operator: 'exists' }] },
    ],
    default: { owner: { type: 'least_open', owner_ids: [1, 2, 3] }, next_action: 'review' },
  });
  const route = async (input: object, idempotencyKey?: string) => {
    const { execution } = await harness
      .executions(editor)
      .executeAgent({ id, input: json(input), ...(idempotencyKey && { idempotencyKey }) });
    return parsed(execution?.output);
  };
  const owners = [];
  for (const key of ['a', 'b', 'c']) owners.push((await route({ amount_cents: 500 }, key)).assigned_owner_id);
  expect(owners).toEqual([1, 2, 1]);
  // A repeat takes no turn.
  expect(await route({ amount_cents: 500 }, 'b')).toMatchObject({
    assigned_owner_id: 2,
    priority: 'high',
    sla_hours: 4,
  });
  expect((await route({ amount_cents: 500 }, 'd')).assigned_owner_id).toBe(2);
  for (const [owner, count] of [
    [1n, 5],
    [2n, 1],
    [3n, 2],
  ] as const)
    harness.open.set(owner, count);
  expect(await route({ amount_cents: 5 })).toMatchObject({
    assigned_owner_id: 2,
    next_action: 'review',
    sla_hours: null,
  });
  const { executions } = await harness.insights(editor).monitorReasoning({ agentId: id, limit: 1 });
  expect(parsed(executions[0]?.steps[0]?.decision)).toEqual({
    rule: null,
    rules: [
      { name: 'large', matched: false },
      { name: 'never', matched: false },
    ],
  });
});

test('code in the service checks its input, and answers at once', async () => {
  const id = await spawn({ type: AgentType.CODE, codeId: 'email_domain' });
  const own = harness.executions(editor);
  const { execution } = await own.executeAgent({ id, input: json({ email: 'Ada@GMAIL.com' }) });
  expect(parsed(execution?.output)).toEqual({ domain: 'gmail.com', kind: 'free' });
  expect(await reasonOf(own.executeAgent({ id, input: json({ email: 7 }) }))).toBe('validation_failed');
  expect(await reasonOf(own.scoreLead({ id, lead: json({}) }))).toBe('wrong_agent_type');
  expect(await reasonOf(own.inferAgent({ id }))).toBe('wrong_agent_type');
});

test('what is refused leaves no row and uses up no key', async () => {
  const id = await spawn({ type: AgentType.TEMPLATE, templateId: 3n });
  const own = harness.executions(editor);
  const ask = () => own.executeAgent({ id, input: json({ body: 'Yes' }), idempotencyKey: 'k' });
  expect(await reasonOf(ask())).toBe('llm_not_configured');
  const paused = await spawn(scorer);
  await harness
    .agents(editor)
    .updateAgent({ id: paused, status: AgentStatus.PAUSED, updateMask: { paths: ['status'] } });
  expect(await reasonOf(own.scoreLead({ id: paused, lead: json({}) }))).toBe('agent_not_active');
  const limited = await router({}, { rateLimitPerMinute: 2 });
  const results = [];
  for (const key of ['a', 'b', 'c', 'a'])
    results.push(await reasonOf(own.executeAgent({ id: limited, idempotencyKey: key })));
  expect(results).toEqual([undefined, undefined, 'agent_rate_limited', undefined]);
  for (const [agentId, count] of [
    [id, 0n],
    [paused, 0n],
    [limited, 2n],
  ] as const) {
    expect((await own.listAgentExecutions({ agentId })).totalCount).toBe(count);
  }
});

test('executing a workflow enrolls once, answers 202 while it waits, and ends with the run', async () => {
  const id = await spawn(workflow);
  const own = harness.executions(editor);
  let status: string | null = null;
  let location: string | null = null;
  const ask = () =>
    own.executeAgent(
      { id, input: json({ email: 'run@acme.example' }), idempotencyKey: 'run' },
      {
        onHeader(headers) {
          status = headers.get('x-http-status');
          location = headers.get('location');
        },
      },
    );
  const { execution } = await ask();
  const enrollmentId = execution?.enrollmentId ?? 0n;
  expect(execution).toMatchObject({ status: AgentExecutionStatus.RUNNING });
  expect([status, location]).toEqual(['202', `/api/v1/agents/${id}/executions/${execution?.id}`]);
  expect(harness.runs.get(enrollmentId)).toMatchObject({ workflowId: 12n, contact: '[{"email":"run@acme.example"}]' });
  expect((await ask()).execution).toMatchObject({ id: execution?.id, replayed: true, enrollmentId });
  await harness.endRun(enrollmentId, EnrollmentStatus.COMPLETED);
  const done = await eventually(async () => {
    const found = await own.getAgentExecution({ agentId: id, id: execution?.id ?? 0n });
    expect(found.execution?.status).toBe(AgentExecutionStatus.SUCCEEDED);
    return found.execution;
  });
  expect(parsed(done?.output)).toEqual({
    workflow_id: 12,
    enrollment_id: Number(enrollmentId),
    status: 'completed',
    outcome: null,
  });
  await eventually(() => {
    const ends = harness.events.filter(({ aggregate }) => aggregate === `agent_execution:${execution?.id}`);
    expect(ends.map(({ payload }) => payload.case)).toEqual(['executionCompleted']);
  });
});

test('an end whose event came before the enrollment was stored is found all the same', async () => {
  const id = await spawn(workflow);
  const own = harness.executions(editor);
  const { execution } = await own.executeAgent({ id, idempotencyKey: 'early' });
  const run = harness.runs.get(execution?.enrollmentId ?? 0n);
  if (run === undefined) throw new Error('there is no run');
  // Without an event, the execution asks the runtime again after its delay.
  run.status = EnrollmentStatus.FAILED;
  await harness.db.kysely
    .updateTable('executions')
    .set({ wake_at: new Date(0) })
    .where('id', '=', execution?.id ?? 0n)
    .execute();
  await eventually(async () => {
    const found = await own.getAgentExecution({ agentId: id, id: execution?.id ?? 0n });
    expect(found.execution).toMatchObject({
      status: AgentExecutionStatus.FAILED,
      error: { code: 'enrollment_failed' },
    });
  });
});

test('a runtime that is away fails the execution, and the same key starts a new attempt of the same', async () => {
  const id = await spawn(workflow);
  const own = harness.executions(editor);
  const { agentTemplates } = await harness.templates(editor).listAgentTemplates({});
  expect(agentTemplates.length).toBeGreaterThan(0);
  harness.runtime.isAway = true;
  const ask = () => own.executeAgent({ id, idempotencyKey: 'again' });
  expect(await reasonOf(ask())).toBe('provider_unavailable');
  const before = harness.runs.size;
  harness.runtime.isAway = false;
  const { execution } = await ask();
  expect([execution?.replayed, harness.runs.size - before]).toEqual([true, 1]);
  harness.runtime.refusal = 'workflow_archived';
  const refused = await own.executeAgent({ id, idempotencyKey: 'archived' });
  harness.runtime.refusal = undefined;
  expect(refused.execution).toMatchObject({
    status: AgentExecutionStatus.FAILED,
    error: { code: 'workflow_archived' },
  });
  expect((await own.executeAgent({ id, idempotencyKey: 'archived' })).execution).toMatchObject({
    replayed: true,
    id: refused.execution?.id,
  });
});

test('cancelling an execution, and deleting its agent, cancels the enrollment', async () => {
  const id = await spawn(workflow);
  const own = harness.executions(editor);
  const first = (await own.executeAgent({ id })).execution;
  const second = (await own.executeAgent({ id })).execution;
  const place = { agentId: id, id: first?.id ?? 0n };
  expect(await reasonOf(harness.executions(stranger).cancelAgentExecution(place))).toBe('agent_not_found');
  expect((await own.cancelAgentExecution(place)).execution).toMatchObject({ status: AgentExecutionStatus.CANCELLED });
  expect(await reasonOf(own.cancelAgentExecution(place))).toBe('agent_execution_ended');
  await eventually(() => expect(harness.runtime.deleted).toContain(first?.enrollmentId));
  await harness.agents(editor).deleteAgent({ id });
  await eventually(() => expect(harness.runtime.deleted).toContain(second?.enrollmentId));
  await eventually(async () => {
    const left = await harness.db.kysely.selectFrom('agents').select('id').where('id', '=', id).execute();
    expect(left).toEqual([]);
  });
});

test('an enrollment that begins while its execution is cancelled is cancelled too', async () => {
  const id = await spawn(workflow);
  const own = harness.executions(editor);
  const release = harness.runtime.hold();
  const asked = own.executeAgent({ id, idempotencyKey: 'held' });
  const found = await eventually(async () => {
    const { executions } = await own.listAgentExecutions({ agentId: id, status: AgentExecutionStatus.RUNNING });
    expect(executions).toHaveLength(1);
    return executions[0];
  });
  await own.cancelAgentExecution({ agentId: id, id: found?.id ?? 0n });
  release();
  expect((await asked).execution?.status).toBe(AgentExecutionStatus.CANCELLED);
  await eventually(() => expect(harness.runtime.deleted).toContain(BigInt(harness.runs.size)));
});

test('what is counted, listed and monitored is what has ended', async () => {
  const id = await spawn(scorer);
  const own = harness.executions(editor);
  for (let n = 0; n < 3; n += 1) await own.scoreLead({ id, lead: json({ n }) });
  const insights = harness.insights(editor);
  expect(await insights.getAgentStatus({ id })).toMatchObject({
    queued: 0n,
    running: 0n,
    templateVersion: 1,
    lastExecution: { status: AgentExecutionStatus.SUCCEEDED },
  });
  expect(await insights.getAgentMetrics({ id })).toMatchObject({
    executions: { succeeded: 3n, failed: 0n, cancelled: 0n },
    successRate: 1,
    errors: [],
    costUsd: '0.000000',
  });
  expect(await insights.getAgentCosts({ id })).toMatchObject({
    currency: 'USD',
    totals: { executions: 3n },
    totalCount: 1n,
  });
  const { logs } = await insights.listAgentLogs({ agentId: id });
  expect(logs.map(({ message }) => message)).toEqual(['Succeeded', 'Succeeded', 'Succeeded']);
  const { fleet, agents } = await insights.monitorAgents({});
  expect(fleet?.total).toBe(BigInt((await harness.agents(editor).listAgents({})).agents.length));
  expect(agents.find(({ agentId }) => agentId === id)).toMatchObject({ successRate24h: 1, costTodayUsd: '0.000000' });
  for (const call of [
    () => harness.insights(stranger).getAgentStatus({ id }),
    () => harness.insights(stranger).getAgentMetrics({ id }),
    () => harness.insights(stranger).getAgentCosts({ id }),
    () => harness.insights(stranger).listAgentLogs({ agentId: id }),
    () => harness.insights(stranger).monitorReasoning({ agentId: id }),
    () => harness.executions(stranger).listAgentExecutions({ agentId: id }),
    () => harness.executions(stranger).scoreLead({ id, lead: json({}) }),
  ])
    expect(await reasonOf(call())).toBe('agent_not_found');
  const quiet = await router({}, { logReasoning: false });
  await own.executeAgent({ id: quiet });
  expect(await reasonOf(insights.monitorReasoning({ agentId: quiet }))).toBe('reasoning_disabled');
  const steps = await harness.db.kysely
    .selectFrom('execution_steps')
    .select('decision')
    .where('kind', '=', 'decide')
    .execute();
  expect(steps.some(({ decision }) => decision === null)).toBe(true);
});

test('a test key executes test agents alone, and its executions are of mode test', async () => {
  const live = await spawn(scorer);
  expect(await reasonOf(harness.executions(tester).scoreLead({ id: live, lead: json({}) }))).toBe('test_mode');
  const own = await spawn(scorer, tester);
  await harness.executions(tester).scoreLead({ id: own, lead: json({}) });
  const { fleet } = await harness.insights(tester).monitorAgents({});
  expect(fleet?.total).toBe(1n);
});

test('an erasure empties what names the person, ends what goes on, and leaves a key that starts nothing', async () => {
  const id = await spawn(scorer);
  const lead = json({ nested: { contact: { email: 'Erased@Person.example' } } });
  const ask = () => harness.executions(editor).scoreLead({ id, lead, idempotencyKey: 'erased@person.example' });
  const { executionId } = await ask();
  const running = await spawn(workflow);
  const { execution } = await harness
    .executions(editor)
    .executeAgent({ id: running, input: json({ email: 'erased@person.example' }) });
  const person = { refs: [], emails: ['erased@person.example'] };
  await harness.erasures(stranger).erasePersonFromAgents(person);
  expect((await ask()).replayed).toBe(true);
  expect(await harness.erasures(editor).erasePersonFromAgents(person)).toMatchObject({ isPartial: false });
  const found = await harness.executions(editor).getAgentExecution({ agentId: id, id: executionId });
  expect(found.execution).toMatchObject({ status: AgentExecutionStatus.SUCCEEDED });
  expect([found.execution?.input, found.execution?.output, found.execution?.idempotencyKey]).toEqual([
    undefined,
    undefined,
    undefined,
  ]);
  const ended = await harness.executions(editor).getAgentExecution({ agentId: running, id: execution?.id ?? 0n });
  expect(ended.execution).toMatchObject({ status: AgentExecutionStatus.FAILED, error: { code: 'erased' } });
  expect(await ask()).toMatchObject({ executionId, replayed: true, factors: [] });
  const tables = ['executions', 'execution_texts', 'execution_steps', 'agent_logs', 'effects'] as const;
  for (const table of tables) {
    const rows = await harness.db.kysely.selectFrom(table).selectAll().execute();
    const text = JSON.stringify(rows, (_key, value) =>
      typeof value === 'bigint' ? String(value) : value,
    ).toLowerCase();
    expect([table, text.includes('erased@person')]).toEqual([table, false]);
  }
  await eventually(() => {
    const erased = harness.events.filter(({ payload }) => payload.case === 'executionErased');
    expect(erased.length).toBeGreaterThanOrEqual(2);
  });
});
