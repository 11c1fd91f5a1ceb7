import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { createServer } from 'node:net';
import { fileURLToPath } from 'node:url';
import {
  EnrollmentStatus,
  EnrollmentsService,
  OnQuota,
} from '@drippulse/proto/drippulse/enrollments/v1/enrollments_pb';
import { HeldEntryStatus } from '@drippulse/proto/drippulse/enrollments/v1/held_entries_pb';
import { WorkflowStatus } from '@drippulse/proto/drippulse/workflows/v1/workflows_pb';
import { clientFor, createGrpcPeers, fromConnectError } from '@drippulse/rpc';
import { eventually } from '@drippulse/testing';
import { serviceOf } from '@drippulse/topology';
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { sql } from 'kysely';
import { service } from '../src/service.ts';
import { editor, type Harness, startHarness, stranger, tester } from './harness.ts';
import { apply, contacts, json, makeWorkflow, passToMidHour, refusal, type StepInput, workflowOf } from './workflow.ts';

const dayMs = 86_400_000;
const steps = [{ type: 'trigger' }, { type: 'wait', duration: 90, unit: 'days' }];
const onEvent = (event_name: string) => [{ type: 'trigger', kind: 'event', event_name }, ...steps.slice(1)];
/** A service that enrolls on behalf of a person who gets no response, for example a person who has submitted a form. */
const form = { ...editor, actor: { type: 'service' as const, id: 'crm' } };

const keptOutTotal = 'drippulse_entries_kept_out_total';

let harness: Harness;
let runtimes: Awaited<ReturnType<Harness['startRuntime']>>[];
beforeAll(async () => {
  harness = await startHarness({ start: false });
  // Simultaneous calls are sent to two processes.
  runtimes = [await harness.startRuntime(), await harness.startRuntime()];
  passToMidHour(harness);
});
afterAll(() => harness.stop());

let organizations = 100n;
/** Returns a new organization for each test, so that no two tests share a limit. */
function newOrganization() {
  organizations += 1n;
  const organizationId = organizations;
  const of = <C extends object>(caller: C) => ({ ...caller, organizationId });
  return {
    organizationId,
    entitle: (enrollments: number | undefined, entriesHeld = false) =>
      harness.entitle(enrollments === undefined ? {} : { enrollments }, { organizationId, entriesHeld }),
    workflow: async (more: readonly StepInput[] = steps, options = {}) =>
      (await makeWorkflow(harness, more, { organizationId, ...options })).id,
    enroll: (workflowId: bigint, rows: Uint8Array, { caller = editor, headers = {}, ...more }: Options = {}) =>
      harness.enrollments(of(caller)).bulkEnroll({ workflowId, contacts: rows, ...more }, { headers }),
    total: async (workflowId: bigint) =>
      Number((await harness.enrollments(of(editor)).listEnrollments({ workflowId })).totalCount),
    /** Returns the local parts of the addresses, in the order of entry. */
    names: async (workflowId: bigint) => {
      const { enrollments } = await harness.enrollments(of(editor)).listEnrollments({ workflowId, limit: 1000 });
      return enrollments.map(({ contact }) => contact?.email?.split('@')[0]).reverse();
    },
    usage: () => harness.usage('enrollments', organizationId),
    /** Returns the contacts that wait or have expired, oldest first. */
    held: async (filters = {}) => {
      const { heldEntries } = await harness.heldEntries(of(editor)).listHeldEntries(filters);
      return heldEntries.reverse();
    },
    events: harness.contactEvents(of(editor)),
    rows: async () => {
      const { rows } = await sql<{ count: number }>`
        select count(*)::int as count from enrollments where organization_id = ${organizationId}`.execute(harness.db);
      return rows[0]?.count;
    },
    pause: (workflowId: bigint, status: WorkflowStatus) =>
      apply(harness, workflowOf(steps, { id: workflowId, status }), { organizationId }),
  };
}
type Options = { caller?: typeof editor; headers?: object; onQuota?: OnQuota; dryRun?: boolean };

const person = (name: string) => json([{ email: `${name}@example.com` }]);

test('of a limit of 1,000, fifty calls of a hundred at once in two processes create exactly 1,000', async () => {
  const { organizationId, entitle, workflow, enroll, rows, usage } = newOrganization();
  await entitle(1_000);
  const workflowId = await workflow();
  // On a slow machine a call may wait too long for its turn and fail. A failed call has created nothing, so its client
  // tries again.
  async function answerOf(call: number): Promise<string | undefined> {
    const answer = await refusal(enroll(workflowId, contacts(100, `${call}.`)));
    return answer === 'unavailable database_unavailable' ? answerOf(call) : answer;
  }
  const answers = await Promise.all(Array.from({ length: 50 }, (_, call) => answerOf(call)));
  expect(answers.filter((answer) => answer === undefined)).toHaveLength(10);
  expect(new Set(answers)).toEqual(new Set([undefined, 'failed_precondition quota_exceeded']));
  expect(await rows()).toBe(1_000);
  expect(await usage()).toMatchObject({ used: 1_000n, limit: 1_000n, held: 0n });
  expect(await harness.usage('enrollments', organizationId + 1_000n)).toMatchObject({ used: 0n });
});

test('a call beyond the quota creates nothing and says what is left; a partial one creates what fits', async () => {
  const { entitle, workflow, enroll, rows } = newOrganization();
  await entitle(5);
  const workflowId = await workflow();
  await enroll(workflowId, contacts(3, 'a'));
  const refused = await enroll(workflowId, contacts(3, 'b')).catch(fromConnectError);
  expect(refused).toMatchObject({ kind: 'failed_precondition', reason: 'quota_exceeded' });
  expect(refused).toMatchObject({
    facts: { meter: 'enrollments', used: 3, limit: 5, resets_at: expect.stringMatching(/-01T00:00:00.000Z$/) },
  });
  expect(await rows()).toBe(3);
  const partial = await enroll(workflowId, contacts(3, 'c'), { onQuota: OnQuota.PARTIAL });
  expect(partial).toMatchObject({ createdCount: 2n, refusedCount: 1n, refused: [{ index: 2, reason: 'quota' }] });
  expect(await refusal(enroll(workflowId, contacts(1, 'd'), { onQuota: OnQuota.PARTIAL }))).toMatch(/quota_exceeded/);
  // A dry run refuses exactly when the real call would.
  expect(await refusal(enroll(workflowId, contacts(1, 'd'), { dryRun: true }))).toMatch(/quota_exceeded/);
  expect(await rows()).toBe(5);
});

test('a replay, test enrollments and people who are held out use nothing', async () => {
  const { entitle, workflow, enroll, usage } = newOrganization();
  await entitle(2);
  const workflowId = await workflow();
  const headers = { 'idempotency-key': 'quota-1' };
  for (const _ of [1, 2]) await enroll(workflowId, contacts(2), { headers });
  await enroll(workflowId, contacts(2), { caller: tester });
  const heldOut = await workflow(steps, { settings: { holdout: { percent: 100 } } });
  expect((await enroll(heldOut, contacts(3))).createdCount).toBe(3n);
  expect(await usage()).toMatchObject({ used: 2n });
});

test('without limits usage is counted and nothing is refused', async () => {
  const { workflow, enroll, usage } = newOrganization();
  await enroll(await workflow(), contacts(7));
  const { used, limit } = await usage();
  expect([used, limit]).toEqual([7n, undefined]);
});

test('events, schedules and forms beyond the quota wait, and enter oldest first when the limit rises', async () => {
  const { entitle, workflow, enroll, events, usage, total, names, held, organizationId } = newOrganization();
  await entitle(0);
  const ofForm = await workflow();
  const ofEvent = await workflow(onEvent('quota.rises'));
  const ticking = await workflow([{ type: 'trigger', frequency: 'hourly', timezone: 'UTC' }, ...steps.slice(1)]);
  const inTurn = ['w1', 'w2', 'w3', 'w4', 'w5', 'w6'];
  for (const [index, name] of inTurn.entries()) {
    if (index % 2 === 0) await enroll(ofForm, person(name), { caller: form });
    else await events.acceptEvent({ name: 'quota.rises', contact: json({ email: `${name}@example.com` }) });
  }
  await eventually(async () => expect((await usage()).held).toBe(6n));
  const { events: log } = await events.listEvents({ name: 'quota.rises' });
  expect(log).toHaveLength(3);
  expect(await harness.usage('events', organizationId)).toMatchObject({ used: 3n });
  harness.pass(3_600_000);
  await eventually(async () => expect((await usage()).held).toBe(7n));
  expect(await usage()).toMatchObject({ used: 0n, limit: 0n });
  expect((await held()).map(({ email }) => email?.split('@')[0])).toEqual([...inTurn, undefined]);
  const [first, second, ...rest] = await held();
  expect(await held({ createdSince: second?.createdAt })).toEqual([second, ...rest]);
  expect(await held({ createdUntil: second?.createdAt })).toEqual([first]);
  expect(await held({ ids: [second?.id ?? 0n, 999_999n] })).toEqual([second]);
  expect((await held({ workflowId: ofEvent })).map(({ status, reason }) => `${status} ${reason}`)).toEqual(
    Array(3).fill(`${HeldEntryStatus.WAITING} quota`),
  );

  await entitle(3);
  await eventually(async () => expect((await usage()).held).toBe(4n));
  expect(await names(ofForm)).toEqual(['w1', 'w3']);
  expect(await names(ofEvent)).toEqual(['w2']);
  await entitle(undefined);
  await eventually(async () => expect((await usage()).held).toBe(0n));
  expect(await names(ofForm)).toEqual(['w1', 'w3', 'w5']);
  expect(await names(ofEvent)).toEqual(['w2', 'w4', 'w6']);
  expect(await total(ticking)).toBe(1);
  expect(await usage()).toMatchObject({ used: 7n });
  await eventually(async () => {
    const { rows: left } = await sql`select from held_lines where organization_id = ${organizationId}`.execute(
      harness.db,
    );
    expect(left).toHaveLength(0);
  });
});

test('an event is accepted beyond the quota, and resumes whoever waits for it', async () => {
  const { entitle, workflow, enroll, events, organizationId, usage } = newOrganization();
  await entitle(1);
  const waiting = await workflow([{ type: 'trigger' }, { type: 'wait_for_event', event_name: 'order.paid' }]);
  const { enrollmentIds } = await enroll(waiting, person('ada'));
  const read = async () => {
    const key = { workflowId: waiting, id: enrollmentIds[0] ?? 0n };
    return (await harness.enrollments({ ...editor, organizationId }).getEnrollment(key)).enrollment;
  };
  await eventually(async () => expect(await read()).toMatchObject({ isWaiting: true, currentStepIndex: 1 }));
  const starting = await workflow(onEvent('order.paid'));
  const { id } = await events.acceptEvent({ name: 'order.paid', contact: json({ email: 'ada@example.com' }) });
  await eventually(async () => expect((await read())?.status).toBe(EnrollmentStatus.COMPLETED));
  const { event } = await events.getEvent({ id });
  expect(event?.held).toMatchObject([{ workflowId: starting }]);
  expect(event?.resumed).toMatchObject([{ workflowId: waiting }]);
  expect(await usage()).toMatchObject({ used: 1n, held: 1n });
});

test('an organization that does not pay makes no enrollments, and goes on with what runs; those who wait enter when it pays', async () => {
  const { entitle, workflow, enroll, usage, names, held } = newOrganization();
  const workflowId = await workflow();
  await enroll(workflowId, person('before'));
  await entitle(undefined, true);
  expect(await refusal(enroll(workflowId, person('refused')))).toBe('failed_precondition payment_overdue');
  await enroll(workflowId, person('waits'), { caller: form });
  expect(await usage()).toMatchObject({ used: 1n, held: 1n });
  expect(await held()).toMatchObject([{ reason: 'payment', status: HeldEntryStatus.WAITING }]);
  expect(await names(workflowId)).toEqual(['before']);
  await entitle(undefined);
  await eventually(async () => expect(await names(workflowId)).toEqual(['before', 'waits']));
});

test('people of paused workflows are in nobody’s way, those of archived ones are refused, and nobody sees another’s', async () => {
  const { entitle, workflow, enroll, usage, names, pause, organizationId } = newOrganization();
  await entitle(0);
  const [paused, archived, runs] = [await workflow(), await workflow(), await workflow()];
  for (const workflowId of [paused, archived, runs])
    await enroll(workflowId, person(`of${workflowId}`), { caller: form });
  await pause(paused, WorkflowStatus.PAUSED);
  await pause(archived, WorkflowStatus.ARCHIVED);
  await entitle(1);
  await eventually(async () => expect((await usage()).held).toBe(1n));
  expect(await names(runs)).toEqual([`of${runs}`]);
  const { rows } = await sql`
    select workflow_id, reason from refused_entries where organization_id = ${organizationId}`.execute(harness.db);
  expect(rows).toEqual([{ workflow_id: archived, reason: 'workflow_archived' }]);
  expect(await harness.usage('enrollments', stranger.organizationId)).toMatchObject({ held: 0n });
  const keptOut = await Promise.all(runtimes.map(({ metrics }) => metrics.getSingleMetricAsString(keptOutTotal)));
  expect(keptOut.join()).toMatch(/decision="refused",reason="workflow_archived"/);
});

test('when the month turns the quota is new and those who wait enter; after 30 days they expire', async () => {
  const { entitle, workflow, enroll, usage, names, held: listed, organizationId } = newOrganization();
  await entitle(1);
  const untilReset = async () =>
    Number((await usage()).resetsAt?.seconds ?? 0n) * 1_000 - Date.now() - harness.shiftMs();
  // Starts ten days before the reset, because a month may be longer than 30 days, after which contacts expire.
  harness.pass(Math.max((await untilReset()) - 10 * dayMs, 0));
  const workflowId = await workflow();
  for (const name of ['m1', 'm2', 'm3']) await enroll(workflowId, person(name), { caller: form });
  expect(await usage()).toMatchObject({ held: 2n });
  harness.pass((await untilReset()) + 1_000);
  await eventually(async () => expect(await names(workflowId)).toEqual(['m1', 'm2']));
  expect(await usage()).toMatchObject({ used: 1n, held: 1n });
  await entitle(0);
  harness.pass(30 * dayMs);
  await eventually(async () => expect((await usage()).held).toBe(0n));
  const expired = { email: 'm3@example.com', status: HeldEntryStatus.EXPIRED };
  expect(await listed()).toMatchObject([expired]);
  expect(await listed({ status: HeldEntryStatus.WAITING })).toEqual([]);
  const other = await harness.heldEntries({ ...editor, organizationId: organizationId + 1_000n }).listHeldEntries({});
  expect(other.heldEntries).toEqual([]);
});

test('a process that is killed while it enrolls leaves the counter equal to the rows, and the whole limit is used', async () => {
  const { entitle, workflow, enroll, rows, usage, organizationId } = newOrganization();
  await entitle(2_000);
  const workflowId = await workflow();
  await enroll(workflowId, contacts(1));
  const port = await freePort();
  const child = startChild(port);
  const peers = createGrpcPeers({ [service.name]: `127.0.0.1:${port}` });
  const elsewhere = clientFor(EnrollmentsService, {
    peers,
    target: service.name,
    tokens: harness.keys.tokensOf(serviceOf('identity')),
  })({ ...editor, organizationId });
  const there = (call: number) => elsewhere.bulkEnroll({ workflowId, contacts: contacts(50, `there${call}.`) });
  await eventually(() => there(0));
  let answered = 0;
  const calls = Array.from({ length: 20 }, async (_, call) => {
    await there(call + 1).catch(() => undefined);
    answered += 1;
    if (answered === 3) child.kill('SIGKILL');
  });
  const here = Array.from({ length: 10 }, (_, call) => refusal(enroll(workflowId, contacts(50, `here${call}.`))));
  await Promise.all([...calls, ...here]);
  if (child.exitCode === null && child.signalCode === null) await once(child, 'exit');
  // The open transaction of the killed process is rolled back when the database notices that the process has died.
  await eventually(async () => expect(Number((await usage()).used)).toBe(await rows()));
  for (let call = 0; (await refusal(enroll(workflowId, contacts(50, `rest${call}.`)))) === undefined; call += 1);
  await enroll(workflowId, contacts(50, 'last'), { onQuota: OnQuota.PARTIAL });
  expect(await rows()).toBe(2_000);
  expect(await usage()).toMatchObject({ used: 2_000n });
  await peers.close();
});

async function freePort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const address = server.address();
  server.close();
  await once(server, 'close');
  if (address === null || typeof address === 'string') throw new Error('no port');
  return address.port;
}

function startChild(grpcPort: number): ChildProcess {
  const file = fileURLToPath(new URL('child-runtime.ts', import.meta.url));
  const config = { ...harness.config, grpcPort, grpcHost: '127.0.0.1' };
  const child = spawn(process.execPath, [file], {
    env: {
      ...process.env,
      NODE_OPTIONS: '',
      TEST_CONFIG: JSON.stringify(config),
      TEST_SHIFT_MS: `${harness.shiftMs()}`,
    },
    stdio: ['ignore', 'inherit', 'inherit'],
  });
  harness.keep({
    stop: async () => {
      child.kill('SIGKILL');
    },
  });
  return child;
}
