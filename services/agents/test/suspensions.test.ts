import { AgentType } from '@drippulse/proto/drippulse/agents/v1/agents_pb';
import { AgentExecutionStatus } from '@drippulse/proto/drippulse/agents/v1/executions_pb';
import { EnrollmentStatus } from '@drippulse/proto/drippulse/enrollments/v1/enrollments_pb';
import type { Caller } from '@drippulse/rpc';
import { eventually } from '@drippulse/testing';
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { sql } from 'kysely';
import { nextDueMs } from '../src/chain/claim.ts';
import { editor, type Harness, json, startHarness, stranger } from './harness.ts';
import { outcomes } from './outcomes.ts';

let harness: Harness;
beforeAll(async () => {
  harness = await startHarness();
});
afterAll(() => harness.stop());

const setSuspended = (isNowSuspended: boolean, sequence: bigint) =>
  harness.setSuspended({ organizationId: editor.organizationId, isNowSuspended, sequence });

/**
 * Starts an execution whose enrollment has failed without an event. The execution learns of the failure only when it is
 * due; `fallDue` makes it due.
 */
async function dueExecution(caller: Caller) {
  const { agent } = await harness
    .agents(caller)
    .spawnAgent({ name: 'Runs', type: AgentType.WORKFLOW, workflowId: 12n });
  const { execution } = await harness.executions(caller).executeAgent({ id: agent?.id ?? 0n });
  const run = harness.runs.get(execution?.enrollmentId ?? 0n);
  if (agent === undefined || execution === undefined || run === undefined) throw new Error('nothing was started');
  run.status = EnrollmentStatus.FAILED;
  return {
    async fallDue() {
      await harness.db.kysely
        .updateTable('executions')
        .set({ wake_at: new Date(0) })
        .where('id', '=', execution.id)
        .execute();
    },
    async status() {
      const found = await harness.executions(caller).getAgentExecution({ agentId: agent.id, id: execution.id });
      return found.execution?.status;
    },
  };
}

/**
 * Waits until a loop has examined a job and postponed it by a minute. Recognizes this by the due time: the lease of a
 * running job lasts longer than a minute.
 */
async function isPutOff(id: bigint) {
  await eventually(async () => {
    const { rows } = await sql<{ failures: number; waits_ms: number }>`
      select failures, (extract(epoch from wake_at - clock_timestamp()) * 1000)::float8 as waits_ms
      from jobs where id = ${id}`.execute(harness.db.kysely);
    expect(rows[0]?.failures).toBe(0);
    expect(rows[0]?.waits_ms).toBeGreaterThan(30_000);
    expect(rows[0]?.waits_ms).toBeLessThanOrEqual(60_000);
  });
}

test('executions of a suspended organization wait, those of others do not, and a resumption lets them go on', async () => {
  const [ours, theirs] = [await dueExecution(editor), await dueExecution(stranger)];
  await setSuspended(true, 1n);
  await ours.fallDue();
  await theirs.fallDue();
  await eventually(async () => expect(await theirs.status()).toBe(AgentExecutionStatus.FAILED));
  expect(await ours.status()).toBe(AgentExecutionStatus.RUNNING);
  // The loop sleeps although an execution is due, because its organization is suspended.
  expect(await nextDueMs(harness)).toBeUndefined();
  await setSuspended(false, 2n);
  await eventually(async () => expect(await ours.status()).toBe(AgentExecutionStatus.FAILED));
});

test('runs of eval sets of a suspended organization wait', async () => {
  const { agent } = await harness
    .agents(editor)
    .spawnAgent({ name: 'Scores', type: AgentType.TEMPLATE, templateId: 1n });
  const evals = harness.evals(editor);
  const { evalSet } = await evals.createAgentEvalSet({ agentId: agent?.id ?? 0n, name: 'Set' });
  const evalSetId = evalSet?.id ?? 0n;
  const checks = [{ path: 'score', min: 0 }];
  await evals.createAgentEvalCase({ evalSetId, input: json({ email: 'ada@acme.example' }), checks });
  await setSuspended(true, 3n);
  const { evalRun } = await evals.startAgentEvalRun({ evalSetId, templateVersion: 1 });
  const find = async () => (await evals.getAgentEvalRun({ evalSetId, id: evalRun?.id ?? 0n })).evalRun;
  await isPutOff(evalRun?.id ?? 0n);
  expect((await find())?.finishedAt).toBeUndefined();
  await setSuspended(false, 4n);
  await eventually(async () => expect((await find())?.finishedAt).toBeDefined());
});

test('trainings of a suspended organization wait', async () => {
  harness.crm.outcomes = outcomes(200);
  const request = { name: 'Learns', type: AgentType.TEMPLATE, templateId: 2n };
  const { agent } = await harness.agents(editor).spawnAgent(request);
  const agentId = agent?.id ?? 0n;
  const trainings = harness.trainings(editor);
  await setSuspended(true, 5n);
  const { training } = await trainings.trainAgent({ id: agentId });
  const id = training?.id ?? 0n;
  await isPutOff(id);
  const find = async () => (await trainings.getAgentTraining({ agentId, id })).training;
  expect((await find())?.finishedAt).toBeUndefined();
  await setSuspended(false, 6n);
  await eventually(async () => expect((await find())?.finishedAt).toBeDefined());
});
