import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';
import { AgentType } from '@drippulse/proto/drippulse/agents/v1/agents_pb';
import {
  AgentModelStatus,
  AgentTrainingStatus,
  AgentTrainingSubject,
} from '@drippulse/proto/drippulse/agents/v1/trainings_pb';
import { eventually } from '@drippulse/testing';
import { afterAll, beforeAll, beforeEach, expect, test } from '@jest/globals';
import { sql } from 'kysely';
import { editor, type Harness, json, parsed, reasonOf, startHarness, stranger, tester } from './harness.ts';
import { endLeases } from './leases.ts';
import { outcomes } from './outcomes.ts';

let harness: Harness;
beforeAll(async () => {
  harness = await startHarness();
});
afterAll(() => harness.stop());
beforeEach(() => {
  harness.crm.outcomes = outcomes(600);
  harness.crm.onPage = async () => undefined;
  harness.crm.erased.clear();
});

let names = 0;
async function scorer(caller = editor): Promise<bigint> {
  names += 1;
  const request = { name: `Scorer ${names}`, type: AgentType.TEMPLATE, templateId: 2n };
  return (await harness.agents(caller).spawnAgent(request)).agent?.id ?? 0n;
}

const own = () => harness.trainings(editor);
const recordsOf = (id: bigint) =>
  harness.db.kysely.selectFrom('training_rows').selectAll().where('training_id', '=', id).execute();

async function ended(agentId: bigint, id: bigint, caller = editor) {
  return eventually(async () => {
    const { training } = await harness.trainings(caller).getAgentTraining({ agentId, id });
    expect(training?.finishedAt).toBeDefined();
    return training;
  });
}

/** Pauses the CRM before it returns a page, and reports when the training requests this page. */
function holdAt(page: number) {
  const [reached, released] = [Promise.withResolvers<void>(), Promise.withResolvers<void>()];
  harness.crm.onPage = async (asked) => {
    if (asked !== page) return;
    reached.resolve();
    await released.promise;
  };
  return { reached: reached.promise, release: released.resolve };
}

test('a training is a job whose model is judged by records that it did not see, and decides once it is activated', async () => {
  const id = await scorer();
  const { training } = await own().trainAgent({ id });
  expect(training).toMatchObject({ agentId: id, subject: AgentTrainingSubject.LEADS, records: 0n });
  const trained = await ended(id, training?.id ?? 0n);
  expect(trained).toMatchObject({ status: AgentTrainingStatus.COMPLETED, progress: 1, records: 600n, modelVersion: 1 });
  expect(await recordsOf(training?.id ?? 0n)).toEqual([]);
  const { model } = await own().getAgentModel({ agentId: id, version: 1 });
  const { report } = model ?? {};
  expect(model).toMatchObject({ status: AgentModelStatus.CANDIDATE, trainingId: training?.id });
  expect(report).toMatchObject({ trainingRecords: 450n, heldOutRecords: 150n, inForceVersion: 0 });
  expect(report?.model?.aucLow).toBeGreaterThan(0.5);
  expect(report?.model?.auc).toBeGreaterThan(report?.inForce?.auc ?? 1);
  expect(report?.model?.brier).toBeLessThan(report?.inForce?.brier ?? 0);
  expect(report?.weights.map(({ name }) => name)).toContain('has_phone');

  const lead = json({ email: 'ada@acme.example', phone: '+49', source: 'webinar' });
  const score = () => harness.executions(editor).scoreLead({ id, lead });
  const byRules = await score();
  expect([byRules.modelVersion, byRules.shadow]).toEqual([undefined, undefined]);
  const shadowed = await own().activateAgentModel({ agentId: id, version: 1, shadow: true });
  expect(shadowed.model?.status).toBe(AgentModelStatus.SHADOW);
  const beside = await score();
  expect(beside).toMatchObject({ score: byRules.score, shadow: { modelVersion: 1 } });
  await own().activateAgentModel({ agentId: id, version: 1 });
  const byModel = await score();
  expect(byModel).toMatchObject({ score: beside.shadow?.score, modelVersion: 1, threshold: byRules.threshold });
  expect(byModel.shadow).toBeUndefined();
  const logit = byModel.factors.reduce((sum, { contribution }) => sum + contribution, byModel.base);
  expect(Math.abs(Math.log(byModel.score / (1 - byModel.score)) - logit)).toBeLessThan(1e-9);
  const { models } = await own().listAgentModels({ agentId: id });
  expect(models.map(({ version, status }) => [version, status])).toEqual([
    [1, AgentModelStatus.IN_FORCE],
    [0, AgentModelStatus.CANDIDATE],
  ]);
  expect(parsed(models[1]?.configuration)).toMatchObject({ factors: expect.any(Array) });
  // Version 0 stands for the rules, which are in force again.
  await own().activateAgentModel({ agentId: id, version: 0 });
  expect((await score()).score).toBe(byRules.score);

  // The same records make an equal model, with the next version.
  const again = await own().trainAgent({ id, subject: AgentTrainingSubject.LEADS });
  expect((await ended(id, again.training?.id ?? 0n))?.modelVersion).toBe(2);
  const second = await own().getAgentModel({ agentId: id, version: 2 });
  expect(parsed(second.model?.configuration)).toEqual(parsed(model?.configuration));
  expect((await own().listAgentTrainings({ agentId: id })).trainings.map(({ modelVersion }) => modelVersion)).toEqual([
    2, 1,
  ]);
});

test('too few records of one outcome are refused with their numbers, and an agent that is not a scorer has no models', async () => {
  const id = await scorer();
  harness.crm.outcomes = outcomes(600).map((one, n) => ({ ...one, won: n < 39 }));
  const { fromConnectError } = await import('@drippulse/rpc');
  const refusal = await own()
    .trainAgent({ id })
    .then(() => undefined, fromConnectError);
  expect(refusal).toMatchObject({ reason: 'too_few_outcomes', facts: { won: 39, lost: 561, least: 40 } });
  const code = await harness.agents(editor).spawnAgent({ name: 'Code', type: AgentType.CODE, codeId: 'email_domain' });
  const other = code.agent?.id ?? 0n;
  const calls = [
    () => own().trainAgent({ id: other }),
    () => own().listAgentModels({ agentId: other }),
    () => own().getAgentModel({ agentId: other, version: 0 }),
    () => own().activateAgentModel({ agentId: other, version: 0 }),
  ];
  for (const call of calls) expect(await reasonOf(call())).toBe('wrong_agent_type');
});

test('outcomes that time divides fail the training, which says so and keeps no record', async () => {
  const id = await scorer();
  harness.crm.outcomes = outcomes(200).map((one, n) => ({ ...one, won: n < 100 }));
  const { training } = await own().trainAgent({ id });
  expect(await ended(id, training?.id ?? 0n)).toMatchObject({
    status: AgentTrainingStatus.FAILED,
    error: 'too_few_outcomes',
  });
  expect((await own().listAgentModels({ agentId: id })).totalCount).toBe(1n);
});

test('trainings and models of another organization are like missing ones', async () => {
  const id = await scorer();
  const { training } = await own().trainAgent({ id });
  const theirs = harness.trainings(stranger);
  const training1 = training?.id ?? 0n;
  await ended(id, training1);
  const calls = [
    () => theirs.trainAgent({ id }),
    () => theirs.listAgentTrainings({ agentId: id }),
    () => theirs.getAgentTraining({ agentId: id, id: training1 }),
    () => theirs.cancelAgentTraining({ agentId: id, id: training1 }),
    () => theirs.listAgentModels({ agentId: id }),
    () => theirs.getAgentModel({ agentId: id, version: 1 }),
    () => theirs.activateAgentModel({ agentId: id, version: 1 }),
  ];
  for (const call of calls) expect(await reasonOf(call())).toBe('agent_not_found');
  expect(await reasonOf(own().getAgentTraining({ agentId: id, id: 999_999n }))).toBe('agent_training_not_found');
  const another = await scorer();
  expect(await reasonOf(own().getAgentTraining({ agentId: another, id: training1 }))).toBe('agent_training_not_found');
  expect(await reasonOf(own().activateAgentModel({ agentId: another, version: 1 }))).toBe('agent_model_not_found');
  expect(await reasonOf(harness.trainings(tester).activateAgentModel({ agentId: id, version: 1 }))).toBe('test_mode');
});

test('one training of an agent at a time; a repeat by its key is the same one, and a cancelled one makes no model', async () => {
  const id = await scorer();
  const hold = holdAt(1);
  const headers = { headers: { 'idempotency-key': 'train-once' } };
  const { training } = await own().trainAgent({ id }, headers);
  const trainingId = training?.id ?? 0n;
  await hold.reached;
  expect((await own().trainAgent({ id }, headers)).training?.id).toBe(trainingId);
  expect(await reasonOf(own().trainAgent({ id }))).toBe('agent_training_in_progress');
  const { training: running } = await own().getAgentTraining({ agentId: id, id: trainingId });
  expect(running).toMatchObject({ status: AgentTrainingStatus.RUNNING, records: 200n, progress: 200 / 700 });
  expect(await recordsOf(trainingId)).toHaveLength(200);
  const cancelled = await own().cancelAgentTraining({ agentId: id, id: trainingId });
  expect(cancelled.training).toMatchObject({ status: AgentTrainingStatus.CANCELLED });
  hold.release();
  harness.crm.onPage = async () => undefined;
  const next = await own().trainAgent({ id });
  expect(await ended(id, next.training?.id ?? 0n)).toMatchObject({ modelVersion: 1 });
  // The interrupted slice has written nothing.
  expect(await recordsOf(trainingId)).toEqual([]);
  expect((await own().cancelAgentTraining({ agentId: id, id: trainingId })).training?.status).toBe(
    AgentTrainingStatus.CANCELLED,
  );
});

test('an erased person leaves a training that goes on, also the page that was on its way', async () => {
  const id = await scorer();
  const hold = holdAt(1);
  const { training } = await own().trainAgent({ id });
  const trainingId = training?.id ?? 0n;
  await hold.reached;
  // Lead 3 is stored, and lead 250 is on the page that is paused.
  const erased = ['lead_3', 'lead-250@acme.example'];
  for (const n of [3, 250]) harness.crm.erased.add(harness.crm.outcomes[n]?.id ?? '');
  await harness.erasures(editor).erasePersonFromAgents({ refs: ['lead_3'], emails: ['lead-250@acme.example'] });
  hold.release();
  harness.crm.onPage = async () => undefined;
  const people = await harness.db.kysely.selectFrom('training_rows').select('people').execute();
  expect(people.flatMap((row) => row.people).filter((name) => erased.includes(name))).toEqual([]);
  const done = await ended(id, trainingId);
  expect(done).toMatchObject({ status: AgentTrainingStatus.COMPLETED });
  const { model } = await own().getAgentModel({ agentId: id, version: 1 });
  expect(Number(model?.report?.trainingRecords ?? 0) + Number(model?.report?.heldOutRecords ?? 0)).toBe(598);
});

test('a process that is killed loses nothing: another one fits what was read, once', async () => {
  const id = await scorer();
  await harness.stopServices();
  const place = { phase: 'fit', cursor: '', records: 600 };
  const records = harness.crm.outcomes.map(({ id: record_id, won, fields }, n) => ({
    ...{
      record_id,
      won,
      fields: Buffer.from(fields ?? []).toString(),
      created_at: new Date(Date.UTC(2026, 5, 1) - n * 3_600_000),
    },
  }));
  await sql`
    with job as (
      insert into jobs (organization_id, kind, input, cursor, processed, total)
      values (1, 'train', ${JSON.stringify({ agent_id: String(id), mode: 'live', subject: 'leads' })}::json,
        ${JSON.stringify(place)}::json, 600, 700)
      returning id),
    training as (
      insert into trainings (id, organization_id, agent_id, mode, subject, created_at)
      select id, 1, ${id}, 'live', 'leads', now() from job)
    insert into training_rows (training_id, organization_id, record_id, won, created_at, fields, people)
    select job.id, 1, record_id, won, created_at, fields, '{}'
    from job, json_to_recordset(${JSON.stringify(records)}::json) as row (
      record_id uuid, won boolean, created_at timestamptz, fields text)`.execute(harness.db.kysely);
  const child = spawn(process.execPath, [fileURLToPath(new URL('child-service.ts', import.meta.url))], {
    env: { ...process.env, TEST_CONFIG: JSON.stringify(harness.config), TEST_KILL_AT: 'after-answer' },
    stdio: 'inherit',
  });
  const [, signal] = await once(child, 'exit');
  expect(signal).toBe('SIGKILL');
  const models = () => harness.db.kysely.selectFrom('models').select('version').where('agent_id', '=', id).execute();
  expect(await models()).toEqual([]);
  await endLeases(harness);
  await harness.start();
  await eventually(async () => {
    const { trainings } = await own().listAgentTrainings({ agentId: id });
    expect(trainings).toMatchObject([{ status: AgentTrainingStatus.COMPLETED, records: 600n, modelVersion: 1 }]);
  });
  expect(await models()).toHaveLength(1);
});

test('the records of a deleted agent go with it, and its training ends', async () => {
  const id = await scorer();
  const hold = holdAt(1);
  const { training } = await own().trainAgent({ id });
  await hold.reached;
  await harness.agents(editor).deleteAgent({ id });
  hold.release();
  await eventually(async () => {
    const { rows } = await sql`select from jobs where id = ${training?.id ?? 0n}`.execute(harness.db.kysely);
    expect(rows).toEqual([]);
  });
  expect(await recordsOf(training?.id ?? 0n)).toEqual([]);
});
