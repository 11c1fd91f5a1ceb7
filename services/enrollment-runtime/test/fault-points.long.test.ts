import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';
import { WorkflowStatus } from '@drippulse/proto/drippulse/workflows/v1/workflows_pb';
import { eventually, type Receiver, startReceiver } from '@drippulse/testing';
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { sql } from 'kysely';
import { faultPoints, mailFaultPoints } from '../src/fault-points.ts';
import { type Harness, startHarness } from './harness.ts';
import { startMailServer } from './mail-server.ts';
import { contacts, makeWorkflow, type StepInput } from './workflow.ts';

/** Number of effects, which is higher than the number sent to one endpoint at the same time, so that some wait. */
const count = 60;
/** Points before the first byte is sent: after a kill at one of these points, nothing is sent twice. */
const beforeAnySend: string[] = [
  'after-claim',
  'before-moves-commit',
  'after-moves-commit',
  'before-send',
  'after-permit',
];

let receiver: Receiver;
beforeAll(async () => {
  receiver = await startReceiver();
});
afterAll(() => receiver.stop());

test.each(faultPoints)(
  'a runtime killed %s loses no step, and repeats only what it could not record',
  async (point) => {
    const harness = await startHarness({ leaseMs: 1_000 });
    receiver.clear();
    // The lease of an effect is confirmed before its start only if the effect has waited long since its claim.
    receiver.answer({ delayMs: point === 'before-start' ? 1_500 : 0 });
    try {
      const { workflowId, ids } = await enrollHeld(harness, [
        { type: 'webhook_callback', url: `${receiver.url}/effects`, payload: { email: '{{ email }}' } },
        { type: 'log', message: 'answered {{ response.status }}' },
      ]);
      await release(harness, workflowId);
      expect(await runUntilKilled(harness, point)).toBe('SIGKILL');

      await harness.startRuntime();
      await allCompleted(harness, workflowId);

      const sent = new Map<string, Set<string>>();
      for (const { headers, body } of receiver.requests) {
        const key = headers['idempotency-key'] ?? '';
        sent.set(key, (sent.get(key) ?? new Set()).add(body.toString()));
      }
      expect(sent.size).toBe(count);
      for (const bodies of sent.values()) expect(bodies.size).toBe(1);
      const repeats = receiver.requests.length - count;
      if (beforeAnySend.includes(point)) expect(repeats).toBe(0);
      expect(await linesOf(harness, workflowId, ids)).toEqual(new Set(['trigger webhook_callback log']));
    } finally {
      await harness.stop();
    }
  },
);

test.each([...faultPoints, ...mailFaultPoints])(
  'a runtime killed %s loses no mail, and a repeat is the same mail',
  async (point) => {
    const harness = await startHarness({ leaseMs: 1_000, start: false });
    const server = await startMailServer();
    harness.config.smtpUrl = server.url;
    if (point === 'before-start') server.pace.delayMs = 1_500;
    await harness.startRuntime();
    try {
      const steps = [
        { type: 'email', subject: 'Hello {{ email }}', body: '<p>Hello <a href="https://shop.example/">there</a></p>' },
        { type: 'log', message: 'on' },
      ];
      const { workflowId, ids } = await enrollHeld(harness, steps);
      await release(harness, workflowId);
      expect(await runUntilKilled(harness, point)).toBe('SIGKILL');

      await harness.startRuntime();
      await allCompleted(harness, workflowId);

      const bytes = Map.groupBy(server.mails, ({ parsed }) => parsed.messageId);
      expect(bytes.size).toBe(count);
      expect(new Set(server.mails.map(({ to }) => to.join())).size).toBe(count);
      for (const [, repeats] of bytes) expect(new Set(repeats.map(({ raw }) => raw)).size).toBe(1);
      if (beforeAnySend.includes(point)) expect(server.mails).toHaveLength(count);
      expect(await linesOf(harness, workflowId, ids)).toEqual(new Set(['trigger email log']));
      const { rows } = await sql`select status, decision, count(*)::int as count from sends group by 1, 2`.execute(
        harness.db,
      );
      expect(rows).toEqual([{ status: 'sent', decision: 'sent', count }]);
    } finally {
      await harness.stop();
      await server.stop();
    }
  },
);

test.each([
  // The mail server has accepted the mail, but the ledger has no record of that.
  { point: 'after-smtp', mails: 2 },
  { point: 'after-send', mails: 1 },
  { point: 'before-results-commit', mails: 1 },
])('a runtime killed $point has sent one mail $mails times, and shows it as sent once', async ({ point, mails }) => {
  const harness = await startHarness({ leaseMs: 1_000, start: false });
  const server = await startMailServer();
  harness.config.smtpUrl = server.url;
  await harness.startRuntime();
  try {
    const { workflowId, ids } = await enrollHeld(harness, [{ type: 'email', subject: 'Hello', body: 'Hello' }], 1);
    await release(harness, workflowId);
    expect(await runUntilKilled(harness, point)).toBe('SIGKILL');
    await harness.startRuntime();
    await allCompleted(harness, workflowId, 1);
    expect(server.mails).toHaveLength(mails);
    expect(new Set(server.mails.map(({ raw }) => raw)).size).toBe(1);
    const { enrollment } = await harness.enrollments().getEnrollment({ workflowId, id: ids[0] ?? 0n });
    // The server numbers the mails that it accepts, so this is its reply to the last mail.
    expect(enrollment?.deliveries).toMatchObject([{ providerMessageId: `MAIL${mails}` }]);
    expect(await linesOf(harness, workflowId, ids)).toEqual(new Set(['trigger email']));
  } finally {
    await harness.stop();
    await server.stop();
  }
});

async function allCompleted(harness: Harness, workflowId: bigint, completed = count): Promise<void> {
  await eventually(
    async () => {
      const list = await harness.enrollments().listEnrollments({ workflowId, limit: 1 });
      expect(list.stepFunnel?.totals).toMatchObject({ completed: BigInt(completed), active: 0n, failed: 0n });
    },
    { timeoutMs: 180_000 },
  );
}

/** Enrolls into a paused workflow and stops the runtime. The runs are due, and no run is claimed. */
async function enrollHeld(
  harness: Harness,
  steps: readonly StepInput[],
  people = count,
): Promise<{ workflowId: bigint; ids: bigint[] }> {
  const { id: workflowId } = await makeWorkflow(harness, [{ type: 'trigger' }, ...steps], {
    status: WorkflowStatus.PAUSED,
  });
  const { enrollmentIds } = await harness.enrollments().bulkEnroll({ workflowId, contacts: contacts(people) });
  await harness.stopRuntimes();
  return { workflowId, ids: enrollmentIds };
}

/** Resumes a workflow in the database, because there is no runtime to call. */
async function release({ db }: Harness, workflowId: bigint): Promise<void> {
  await sql`update lanes set state = 'active', wake_at = now() where workflow_id = ${workflowId}`.execute(db);
}

async function runUntilKilled({ config }: Harness, killAt: string): Promise<unknown> {
  const file = fileURLToPath(new URL('child-runtime.ts', import.meta.url));
  const child = spawn(process.execPath, [file], {
    env: { ...process.env, NODE_OPTIONS: '', TEST_CONFIG: JSON.stringify(config), TEST_KILL_AT: killAt },
    stdio: ['ignore', 'inherit', 'inherit'],
  });
  const deadline = setTimeout(() => child.kill('SIGTERM'), 180_000);
  const [, signal] = await once(child, 'exit');
  clearTimeout(deadline);
  return signal;
}

/**
 * Returns the distinct timelines, each as the types of its steps. There is only one if no step was skipped or done
 * twice.
 */
async function linesOf(harness: Harness, workflowId: bigint, ids: readonly bigint[]): Promise<Set<string>> {
  const timelines = new Set<string>();
  for (const id of ids) {
    const { enrollment } = await harness.enrollments().getEnrollment({ workflowId, id });
    timelines.add((enrollment?.actionTimeline ?? []).map(({ type }) => type).join(' '));
  }
  return timelines;
}
