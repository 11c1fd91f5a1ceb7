import { EnrollmentStatus } from '@drippulse/proto/drippulse/enrollments/v1/enrollments_pb';
import { eventually, type Receiver, startReceiver } from '@drippulse/testing';
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { sql } from 'kysely';
import { editor, type Harness, startHarness, tester } from './harness.ts';
import { apply, contacts, makeWorkflow, refusal, type StepInput, workflowOf } from './workflow.ts';

let harness: Harness;
let receiver: Receiver;
beforeAll(async () => {
  harness = await startHarness();
  receiver = await startReceiver();
});
afterAll(async () => {
  await receiver.stop();
  await harness.stop();
});

const wait: StepInput[] = [
  { type: 'trigger' },
  { type: 'wait', duration: 1, unit: 'hours' },
  { type: 'log', message: 'x' },
];

async function enrollOne(steps: readonly StepInput[]) {
  const { id: workflowId } = await makeWorkflow(harness, steps);
  const { enrollmentIds } = await harness.enrollments().bulkEnroll({ workflowId, contacts: contacts(1) });
  const ref = { workflowId, id: enrollmentIds[0] ?? 0n };
  return { ref, read: async () => (await harness.enrollments().getEnrollment(ref)).enrollment };
}

type Read = Awaited<ReturnType<typeof enrollOne>>['read'];

async function until(read: Read, expected: object) {
  return eventually(async () => {
    const enrollment = await read();
    expect(enrollment).toMatchObject(expected);
    return enrollment;
  });
}

async function untilCompleted(of: Harness, workflowId: bigint, completed: bigint) {
  await eventually(async () => {
    const { stepFunnel } = await of.enrollments().listEnrollments({ workflowId, limit: 1 });
    expect(stepFunnel?.totals).toMatchObject({ completed });
  });
}

async function rowsOf(table: 'timeline' | 'runs' | 'outcomes' | 'run_data' | 'effects' | 'removals', id: bigint) {
  const { rows } = await sql<Record<string, unknown>>`
    select * from ${sql.table(table)} where enrollment_id = ${id}`.execute(harness.db);
  return rows;
}

function casesOf(id: bigint) {
  return harness.published
    .filter(({ aggregate }) => aggregate === `enrollment:${id}`)
    .map(({ payload }) => payload.case);
}

test('a removed enrollment leaves list and funnel, has a cancelled event, and keeps an audit line', async () => {
  const { ref, read } = await enrollOne(wait);
  await until(read, { isWaiting: true });
  await harness.enrollments().deleteEnrollment(ref);
  expect(await refusal(read())).toBe('not_found enrollment_not_found');
  expect(await refusal(harness.enrollments().deleteEnrollment(ref))).toBe('not_found enrollment_not_found');
  const list = await harness.enrollments().listEnrollments({ workflowId: ref.workflowId });
  expect(list).toMatchObject({ totalCount: 0n, enrollments: [], stepFunnel: { totals: { totalEnrollments: 0n } } });
  const removal = await harness.db.selectFrom('removals').selectAll().where('enrollment_id', '=', ref.id).execute();
  expect(removal).toMatchObject([
    { organization_id: 1n, actor_type: 'user', actor_id: editor.actor.id, status: 'active' },
  ]);
  const events = await eventually(() => {
    const events = harness.published.filter((event) => event.aggregate === `enrollment:${ref.id}`);
    expect(events.map(({ payload }) => payload.case)).toEqual(['started', 'cancelled']);
    return events;
  });
  expect(events[1]?.payload.value).toMatchObject({ id: ref.id, status: EnrollmentStatus.CANCELLED });
});

test('a worker that has the lease of a removed enrollment writes nothing more of it than the result of its effect', async () => {
  receiver.clear();
  const release = receiver.hold();
  const { ref } = await enrollOne([
    { type: 'trigger' },
    { type: 'webhook_callback', url: `${receiver.url}/held` },
    { type: 'set_fields', fields: { late: 'yes' } },
  ]);
  await receiver.received(1);
  const writtenOf = async () => ({
    timeline: await rowsOf('timeline', ref.id),
    runs: await rowsOf('runs', ref.id),
    outcomes: await rowsOf('outcomes', ref.id),
    run_data: await rowsOf('run_data', ref.id),
  });
  await harness.enrollments().deleteEnrollment(ref);
  const written = await writtenOf();
  expect(written).toMatchObject({ timeline: [{ sequence: 1 }], runs: [], outcomes: [], run_data: [] });
  release();
  await eventually(async () => expect(await rowsOf('effects', ref.id)).toMatchObject([{ status: 'succeeded' }]));
  expect(await writtenOf()).toEqual(written);
  const { stepFunnel } = await harness.enrollments().listEnrollments({ workflowId: ref.workflowId });
  expect(stepFunnel?.totals).toMatchObject({ active: 0n, totalEnrollments: 0n });
});

test('an ended enrollment can be removed, and has no cancelled event', async () => {
  const { ref, read } = await enrollOne([{ type: 'log', message: 'x' }]);
  await until(read, { status: EnrollmentStatus.COMPLETED });
  await eventually(() => expect(casesOf(ref.id)).toEqual(['started', 'completed']));
  await harness.enrollments().deleteEnrollment(ref);
  const { stepFunnel } = await harness.enrollments().listEnrollments({ workflowId: ref.workflowId });
  expect(stepFunnel?.totals).toMatchObject({ completed: 0n, totalEnrollments: 0n });
  expect(await rowsOf('removals', ref.id)).toMatchObject([{ status: 'completed' }]);
  // If the removal published an event, the event would have arrived before the `started` event of a later enrollment.
  const { ref: later } = await enrollOne(wait);
  await eventually(() => expect(casesOf(later.id)).toEqual(['started']));
  expect(casesOf(ref.id)).toEqual(['started', 'completed']);
});

test('paused while its effect is out, an enrollment keeps the result and goes on from it when resumed', async () => {
  receiver.clear();
  const release = receiver.hold();
  const { ref, read } = await enrollOne([
    { type: 'trigger' },
    { type: 'webhook_callback', url: `${receiver.url}/once` },
    { type: 'log', message: 'after' },
  ]);
  await receiver.received(1);
  await harness.enrollments().pauseEnrollment(ref);
  release();
  await eventually(async () => expect(await rowsOf('effects', ref.id)).toMatchObject([{ status: 'succeeded' }]));
  expect(await read()).toMatchObject({ status: EnrollmentStatus.PAUSED, currentStepIndex: 1 });
  await harness.enrollments().resumeEnrollment(ref);
  await until(read, { status: EnrollmentStatus.COMPLETED });
  expect(receiver.requests).toHaveLength(1);
});

test('paused and resumed while its effect is out for longer than a lease, an enrollment is not sent twice by another runtime', async () => {
  const slow = await startReceiver();
  const release = slow.hold();
  const pair = await startHarness();
  try {
    const { id: workflowId } = await makeWorkflow(pair, [{ type: 'webhook_callback', url: slow.url }]);
    const { enrollmentIds } = await pair.enrollments().bulkEnroll({ workflowId, contacts: contacts(20) });
    await slow.received(20);
    // From now on, calls are sent to the second runtime, which wakes for the runs that the calls make due.
    await pair.startRuntime();
    for (const id of enrollmentIds) await pair.enrollments().pauseEnrollment({ workflowId, id });
    // A duration that is longer than a lease and shorter than the deadline of the callback.
    pair.pass(10_000);
    for (const id of enrollmentIds) await pair.enrollments().resumeEnrollment({ workflowId, id });
    // The marker's run became due after the resumed runs. Once it has completed, the runtime has looked at the resumed
    // runs, too.
    const { id: marker } = await makeWorkflow(pair, [{ type: 'webhook_callback', url: receiver.url }]);
    await pair.enrollments().bulkEnroll({ workflowId: marker, contacts: contacts(1) });
    await untilCompleted(pair, marker, 1n);
    release();
    await untilCompleted(pair, workflowId, 20n);
    expect(slow.requests).toHaveLength(20);
  } finally {
    await pair.stop();
    await slow.stop();
  }
});

test('an effect in flight when its enrollment is removed is recorded, and nothing follows it', async () => {
  receiver.clear();
  const release = receiver.hold();
  const { ref } = await enrollOne([
    { type: 'trigger' },
    { type: 'webhook_callback', url: `${receiver.url}/a` },
    { type: 'webhook_callback', url: `${receiver.url}/b` },
  ]);
  await receiver.received(1);
  await harness.enrollments().deleteEnrollment(ref);
  release();
  await eventually(async () => {
    const effects = await harness.db
      .selectFrom('effects')
      .select('status')
      .where('enrollment_id', '=', ref.id)
      .execute();
    expect(effects).toEqual([{ status: 'succeeded' }]);
  });
  expect(receiver.requests.map(({ url }) => url)).toEqual(['/a']);
});

test('a paused enrollment stays where it is; resumed, a wait that passed meanwhile is over', async () => {
  const { ref, read } = await enrollOne(wait);
  await until(read, { isWaiting: true });
  const paused = await harness.enrollments().pauseEnrollment(ref);
  expect(paused.enrollment).toMatchObject({ status: EnrollmentStatus.PAUSED, isWaiting: false });
  expect(paused.enrollment?.nextRunAt).toBeUndefined();
  expect((await harness.enrollments().pauseEnrollment(ref)).enrollment).toMatchObject({
    status: EnrollmentStatus.PAUSED,
  });
  harness.pass(3_700_000);
  expect(await read()).toMatchObject({ status: EnrollmentStatus.PAUSED, currentStepIndex: 1 });
  await harness.enrollments().resumeEnrollment(ref);
  await until(read, { status: EnrollmentStatus.COMPLETED });
  for (const change of ['pauseEnrollment', 'resumeEnrollment'] as const) {
    expect(await refusal(harness.enrollments()[change](ref))).toBe('failed_precondition enrollment_ended');
  }
  const { stepFunnel } = await harness.enrollments().listEnrollments({ workflowId: ref.workflowId });
  expect(stepFunnel?.totals).toMatchObject({ active: 0n, paused: 0n, completed: 1n, totalEnrollments: 1n });
});

test('retrying a failed enrollment runs its step again as a new visit with a new key', async () => {
  receiver.clear();
  receiver.answerNext({ status: 400 });
  const { ref, read } = await enrollOne([
    { type: 'trigger' },
    { type: 'webhook_callback', url: `${receiver.url}/retry` },
  ]);
  await until(read, { status: EnrollmentStatus.FAILED, lastError: expect.stringContaining('400') });
  await harness.enrollments().retryEnrollment(ref);
  await until(read, { status: EnrollmentStatus.COMPLETED });
  const keys = receiver.requests.map(({ headers }) => headers['idempotency-key']);
  expect(new Set(keys).size).toBe(2);
  const effects = await rowsOf('effects', ref.id);
  expect(effects.map((effect) => [effect['effect_key'], effect['status']]).sort()).toEqual(
    [
      [keys[0], 'failed'],
      [keys[1], 'succeeded'],
    ].sort(),
  );
  expect(await refusal(harness.enrollments().retryEnrollment(ref))).toBe('failed_precondition enrollment_not_failed');
  const { stepFunnel } = await harness.enrollments().listEnrollments({ workflowId: ref.workflowId });
  expect(stepFunnel?.totals).toMatchObject({ active: 0n, failed: 0n, completed: 1n, totalEnrollments: 1n });
});

test('an enrollment that two retry at once is retried once, and the other retry is refused', async () => {
  receiver.clear();
  receiver.answerNext({ status: 400 });
  const { ref, read } = await enrollOne([{ type: 'webhook_callback', url: receiver.url }]);
  await until(read, { status: EnrollmentStatus.FAILED });
  const retrying = await harness.db.transaction().execute(async (trx) => {
    // One retry has locked the outcome and cannot make a run. The other retry has seen no run and waits for the
    // outcome.
    await sql`lock table runs in share mode`.execute(trx);
    const answers = Promise.all([1, 2].map(() => refusal(harness.enrollments().retryEnrollment(ref))));
    await eventually(async () => {
      const { rows } = await sql`
        select from pg_locks where locktype = 'transactionid' and not granted
          and pid in (select pid from pg_stat_activity where datname = current_database())`.execute(trx);
      expect(rows).toHaveLength(1);
    });
    return { answers };
  });
  expect((await retrying.answers).sort()).toEqual(['failed_precondition enrollment_not_failed', undefined]);
  await until(read, { status: EnrollmentStatus.COMPLETED });
  expect(receiver.requests).toHaveLength(2);
});

test('a change that is not newer than the one applied changes nothing, and only the workflows service may bring one', async () => {
  const workflow = workflowOf(wait, { name: 'New' });
  await apply(harness, workflow, { sequence: 1_000_000n });
  await apply(harness, workflowOf(wait, { id: workflow.id, name: 'Old' }), { sequence: 999_999n });
  const lane = await harness.db.selectFrom('lanes').select('name').where('workflow_id', '=', workflow.id).execute();
  expect(lane).toEqual([{ name: 'New' }]);
  const forged = harness.runtime(editor).applyWorkflow({ sequence: 1_000_001n, workflow });
  expect(await refusal(forged)).toBe('permission_denied insufficient_role');
});

test('only a failed enrollment can be retried', async () => {
  const { ref, read } = await enrollOne(wait);
  await until(read, { isWaiting: true });
  expect(await refusal(harness.enrollments().retryEnrollment(ref))).toBe('failed_precondition enrollment_not_failed');
  const unknown = harness.enrollments().retryEnrollment({ ...ref, id: 987_654n });
  expect(await refusal(unknown)).toBe('not_found enrollment_not_found');
});

test('a test key pauses, resumes and removes what test keys made', async () => {
  const { id: workflowId } = await makeWorkflow(harness, wait);
  const calls = harness.enrollments(tester);
  const { enrollmentIds } = await calls.bulkEnroll({ workflowId, contacts: contacts(1) });
  const ref = { workflowId, id: enrollmentIds[0] ?? 0n };
  expect((await calls.pauseEnrollment(ref)).enrollment?.status).toBe(EnrollmentStatus.PAUSED);
  expect((await calls.resumeEnrollment(ref)).enrollment?.status).toBe(EnrollmentStatus.ACTIVE);
  await calls.deleteEnrollment(ref);
  expect(await refusal(calls.getEnrollment(ref))).toBe('not_found enrollment_not_found');
});

test('a step that needs more work than it may do fails its run with the reason, and no other run', async () => {
  const steps: StepInput[] = [{ type: 'trigger' }, { type: 'log', message: '{{ note }}'.repeat(60) }];
  const { id: workflowId } = await makeWorkflow(harness, steps);
  const rows = [
    { email: 'a@example.com', note: 'x'.repeat(60_000) },
    { email: 'b@example.com', note: 'y' },
  ];
  const { enrollmentIds } = await harness
    .enrollments()
    .bulkEnroll({ workflowId, contacts: Buffer.from(JSON.stringify(rows)) });
  const [heavy, light] = enrollmentIds.map(
    (id) => async () => (await harness.enrollments().getEnrollment({ workflowId, id })).enrollment,
  );
  if (heavy === undefined || light === undefined) throw new Error('two were enrolled');
  const failed = await until(heavy, { status: EnrollmentStatus.FAILED });
  expect(failed?.actionTimeline.map(({ error }) => error).join()).toContain('work_limit_exceeded');
  await until(light, { status: EnrollmentStatus.COMPLETED });
});
