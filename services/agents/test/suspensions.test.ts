import { AgentType } from '@drippulse/proto/drippulse/agents/v1/agents_pb';
import { AgentExecutionStatus } from '@drippulse/proto/drippulse/agents/v1/executions_pb';
import { EnrollmentStatus } from '@drippulse/proto/drippulse/enrollments/v1/enrollments_pb';
import type { Caller } from '@drippulse/rpc';
import { eventually } from '@drippulse/testing';
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { editor, type Harness, json, startHarness, stranger } from './harness.ts';

let harness: Harness;
beforeAll(async () => {
  harness = await startHarness();
});
afterAll(() => harness.stop());

const setSuspended = (isNowSuspended: boolean, sequence: bigint) =>
  harness.setSuspended({ organizationId: editor.organizationId, isNowSuspended, sequence });

/** An execution whose enrollment has failed without an event: it learns of that when its time has come. */
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

test('executions of a suspended organization wait, those of others do not, and a resumption lets them go on', async () => {
  const [ours, theirs] = [await dueExecution(editor), await dueExecution(stranger)];
  await setSuspended(true, 1n);
  await ours.fallDue();
  await theirs.fallDue();
  await eventually(async () => expect(await theirs.status()).toBe(AgentExecutionStatus.FAILED));
  expect(await ours.status()).toBe(AgentExecutionStatus.RUNNING);
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
  // The job was looked at, and waits for later.
  await eventually(async () => {
    const job = await harness.db.kysely
      .selectFrom('jobs')
      .select(['wake_at', 'failures'])
      .where('id', '=', evalRun?.id ?? 0n)
      .executeTakeFirstOrThrow();
    expect(job.failures).toBe(0);
    expect(job.wake_at?.getTime()).toBeGreaterThan(Date.now() + 30_000);
  });
  expect((await find())?.finishedAt).toBeUndefined();
  await setSuspended(false, 4n);
  await eventually(async () => expect((await find())?.finishedAt).toBeDefined());
});
