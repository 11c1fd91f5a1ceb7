import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';
import { AgentType } from '@drippulse/proto/drippulse/agents/v1/agents_pb';
import { AgentExecutionStatus } from '@drippulse/proto/drippulse/agents/v1/executions_pb';
import { eventually, type Receiver, startReceiver } from '@drippulse/testing';
import { afterAll, beforeAll, beforeEach, expect, test } from '@jest/globals';
import { Webhook } from 'standardwebhooks';
import { claim, limits } from '../src/chain/claim.ts';
import type { Context } from '../src/context.ts';
import { finishExecutions } from '../src/executions/finish.ts';
import { faultPoints } from '../src/fault-points.ts';
import { codeSecret, editor, type Harness, json, parsed, reasonOf, startHarness, stranger, tester } from './harness.ts';
import { endLeases } from './leases.ts';

let receiver: Receiver;
let harness: Harness;
let agentId: bigint;
beforeAll(async () => {
  receiver = await startReceiver();
  const schema = { type: 'object', properties: { answer: { type: 'integer', maximum: 9 } }, required: ['answer'] };
  const code = { id: 'remote', url: receiver.url, secret: codeSecret, output_schema: schema, timeout_seconds: 60 };
  harness = await startHarness({
    env: { CODE_AGENTS: JSON.stringify([code, { ...code, id: 'other' }]) },
  });
  const { agent } = await harness.agents(editor).spawnAgent({ name: 'Calls', type: AgentType.CODE, codeId: 'remote' });
  agentId = agent?.id ?? 0n;
});
afterAll(async () => {
  await harness?.stop();
  await receiver?.stop();
});
beforeEach(() => {
  receiver.clear();
  receiver.answer({ body: '{"answer":7}' });
});

const execute = (idempotencyKey: string) =>
  harness
    .executions(editor)
    .executeAgent({ id: agentId, input: json({ q: 1 }), idempotencyKey }, { timeoutMs: 180_000 });

test('an agent of a test key has an output that fits, and code elsewhere is not called', async () => {
  const { agent } = await harness.agents(tester).spawnAgent({ name: 'Test', type: AgentType.CODE, codeId: 'remote' });
  const { execution } = await harness.executions(tester).executeAgent({ id: agent?.id ?? 0n, input: json({ q: 1 }) });
  expect(execution?.status).toBe(AgentExecutionStatus.SUCCEEDED);
  expect(parsed(execution?.output)).toEqual({ answer: 0 });
  expect(receiver.requests).toHaveLength(0);
});

test('code elsewhere gets signed bytes and one key, however often it is asked', async () => {
  receiver.answerNext({ status: 503 }, { reset: true });
  const { execution } = await execute('three attempts');
  expect(parsed(execution?.output)).toEqual({ answer: 7 });
  const { requests } = receiver;
  expect(requests).toHaveLength(3);
  expect(
    new Set(requests.map(({ body, headers }) => `${body} ${headers['idempotency-key']} ${headers['webhook-id']}`)).size,
  ).toBe(1);
  for (const { body, headers } of requests) {
    expect(new Webhook(codeSecret).verify(body.toString(), headers)).toMatchObject({
      type: 'agent.execution',
      data: { agent_id: Number(agentId), input: { q: 1 } },
    });
  }
  // A stored answer is never requested again.
  expect((await execute('three attempts')).execution?.replayed).toBe(true);
  expect(receiver.requests).toHaveLength(3);
});

test.each([
  ['an answer that its schema refuses', { body: '{"answer":10}' }, 'invalid_output'],
  ['an answer that is not JSON', { body: 'seven' }, 'invalid_output'],
  ['a refusal', { status: 400 }, 'code_refused'],
] as const)('%s fails for good, after one attempt', async (what, answer, code) => {
  receiver.answer(answer);
  const { execution } = await execute(what);
  expect(execution).toMatchObject({ status: AgentExecutionStatus.FAILED, error: { code } });
  expect(receiver.requests).toHaveLength(1);
});

test('code that stays away fails the execution, whose key then starts a new attempt with the same bytes', async () => {
  receiver.answer({ status: 500, headers: { 'retry-after': '0' } });
  expect(await reasonOf(execute('away'))).toBe('provider_unavailable');
  receiver.answer({ body: '{"answer":1}' });
  const { execution } = await execute('away');
  expect(execution).toMatchObject({ status: AgentExecutionStatus.SUCCEEDED, replayed: true });
  expect(new Set(receiver.requests.map(({ headers }) => headers['idempotency-key'])).size).toBe(1);
});

test('executions that end together have each their output, one event and one count', async () => {
  const before = await counted();
  const answers = await Promise.all(Array.from({ length: 30 }, (_, n) => execute(`together ${n}`)));
  for (const { execution } of answers) {
    expect(execution).toMatchObject({ status: AgentExecutionStatus.SUCCEEDED });
    expect(parsed(execution?.output)).toEqual({ answer: 7 });
  }
  const ids = answers.map(({ execution }) => execution?.id ?? 0n);
  expect((await counted()) - before).toBe(30);
  const steps = await harness.db.kysely
    .selectFrom('execution_steps')
    .select(['seq', 'kind', 'status'])
    .where('execution_id', 'in', ids)
    .execute();
  expect(new Set(steps.map(({ seq, kind, status }) => `${seq} ${kind} ${status}`))).toEqual(
    new Set(['1 code_call succeeded', '2 final succeeded']),
  );
  expect(steps).toHaveLength(60);
  await eventually(() => {
    const own = harness.events.filter(({ aggregate }) => ids.some((id) => aggregate === `agent_execution:${id}`));
    expect(own.map(({ payload }) => payload.case)).toEqual(ids.map(() => 'executionCompleted'));
  });
});

test('of executions that end together, one that another process has taken stays as it is', async () => {
  await harness.stopServices();
  const [own, lost] = [await queue('own'), await queue('lost')];
  const views = await harness.db.kysely.transaction().execute((trx) =>
    finishExecutions({ random: Math.random }, trx, [
      { place: { organizationId: 1n, id: lost.id, fence: 5n }, ending: { status: 'succeeded', output: {} } },
      { place: { organizationId: 1n, id: own.id, fence: 0n }, ending: { status: 'succeeded', output: { n: 1 } } },
    ]),
  );
  expect([...views.keys()]).toEqual([own.id]);
  expect(views.get(own.id)).toMatchObject({ status: 'succeeded', input: '{}', output: '{"n":1}' });
  const row = await harness.db.kysely
    .selectFrom('executions')
    .selectAll()
    .where('id', '=', lost.id)
    .executeTakeFirstOrThrow();
  expect(row).toMatchObject({ status: 'queued', finished_at: null, fence: 0n });
  await harness.start();
  await eventually(async () => {
    const { execution } = await harness.executions(editor).getAgentExecution({ agentId, id: lost.id });
    expect(parsed(execution?.output)).toEqual({ answer: 7 });
  });
});

/** Returns the number of the agent's executions, according to the counts. */
async function counted(): Promise<number> {
  const { sum } = await harness.db.kysely
    .selectFrom('execution_counts')
    .select((eb) => eb.fn.sum<string>('executions').as('sum'))
    .where('agent_id', '=', agentId)
    .executeTakeFirstOrThrow();
  return Number(sum);
}

test.each(faultPoints)('a process killed %s loses nothing: the execution ends once, by one key', async (point) => {
  await harness.stopServices();
  const child = spawn(process.execPath, [fileURLToPath(new URL('child-service.ts', import.meta.url))], {
    env: { ...process.env, TEST_CONFIG: JSON.stringify(harness.config), TEST_KILL_AT: point },
    stdio: 'inherit',
  });
  const { id } = await queue(`killed ${point}`);
  const [, signal] = await once(child, 'exit');
  expect(signal).toBe('SIGKILL');
  await endLeases(harness);
  await harness.start();
  await eventually(async () => {
    const { execution } = await harness.executions(editor).getAgentExecution({ agentId, id });
    expect(execution?.status).toBe(AgentExecutionStatus.SUCCEEDED);
  });
  const { requests } = receiver;
  expect(requests.length).toBe({ 'before-send': 1, 'after-answer': 2, 'after-commit': 1 }[point]);
  expect(new Set(requests.map(({ headers }) => headers['idempotency-key'])).size).toBe(1);
  await eventually(() => {
    const ends = harness.events.filter(({ aggregate }) => aggregate === `agent_execution:${id}`);
    expect(ends.map(({ payload }) => payload.case)).toEqual(['executionCompleted']);
  });
});

/** Inserts a queued execution in the state in which a request would leave it. */
async function queue(
  key: string,
  row: { organization_id?: bigint; destination?: string } = {},
): Promise<{ id: bigint }> {
  const now = new Date();
  const { kysely } = harness.db;
  const made = await kysely
    .insertInto('executions')
    .values({
      ...{
        key: crypto.randomUUID(),
        organization_id: 1n,
        agent_id: agentId,
        mode: 'live',
        kind: 'execute',
        work: 'code',
      },
      ...{
        destination: 'code:remote',
        status: 'queued',
        fingerprint: Buffer.from(key),
        actor_type: 'user',
        actor_id: '1',
      },
      ...{ created_at: now, wake_at: new Date(0), deadline_at: new Date(now.getTime() + 60_000) },
      ...row,
    })
    .returning('id')
    .executeTakeFirstOrThrow();
  const place = { created_at: now, execution_id: made.id, organization_id: row.organization_id ?? 1n };
  await kysely
    .insertInto('execution_texts')
    .values({ ...place, input: '{}', configuration: '{}', policy: '{}', people: [] })
    .execute();
  await kysely
    .insertInto('execution_steps')
    .values({ ...place, seq: 1, kind: 'code_call', status: 'intent', request: '{"body":"{}"}', planned_at: now })
    .execute();
  return made;
}

test('a claim takes organizations and destinations in turn, within their limits, and nothing twice', async () => {
  await harness.stopServices();
  for (let n = 0; n < 30; n += 1) await queue(`slow ${n}`);
  for (let n = 0; n < 5; n += 1) await queue(`fast ${n}`, { destination: 'code:other' });
  for (let n = 0; n < 3; n += 1) await queue(`theirs ${n}`, { organization_id: stranger.organizationId });
  const ctx = { db: harness.db, config: harness.config } as unknown as Context; // claim uses no other members
  const taken = await claim(ctx, [], 12);
  const count = (organizationId: bigint, destination: string, of = taken) =>
    of.filter((one) => one.organization_id === organizationId && one.destination === destination).length;
  expect(taken).toHaveLength(12);
  expect(count(2n, 'code:remote')).toBe(3);
  expect(count(1n, 'code:other')).toBeGreaterThanOrEqual(4);
  const usage = [{ organization_id: '1', destination: 'code:remote', used: 15 }];
  const more = await claim(ctx, usage, 200);
  expect(count(1n, 'code:remote', more)).toBe(limits.perDestination - 15);
  expect(new Set([...taken, ...more].map(({ id }) => id)).size).toBe(taken.length + more.length);
  expect(await claim(ctx, [{ organization_id: '1', destination: 'code:remote', used: 20 }], 200)).toEqual([]);
  const full = [{ organization_id: '1', destination: 'runtime', used: limits.perOrganization }];
  expect(await claim(ctx, full, 200)).toEqual([]);
});
