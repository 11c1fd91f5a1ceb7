import { randomUUIDv7 } from 'node:crypto';
import { create } from '@bufbuild/protobuf';
import { timestampFromDate } from '@bufbuild/protobuf/wkt';
import { type CrmEvent, CrmEventSchema } from '@drippulse/proto/drippulse/crm/v1/events_pb';
import { EnrollmentStatus } from '@drippulse/proto/drippulse/enrollments/v1/enrollments_pb';
import { ApprovalKind, ApprovalStatus } from '@drippulse/proto/drippulse/journeys/v1/approvals_pb';
import { eventually, findTexts, type Receiver, startReceiver } from '@drippulse/testing';
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { sql } from 'kysely';
import pg from 'pg';
import { parked, sendEvent } from './events.ts';
import { editor, type Harness, startHarness, stranger } from './harness.ts';
import { json, makeWorkflow, parsed, refusal, type StepInput } from './workflow.ts';

let harness: Harness;
let receiver: Receiver;
let client: pg.Client;
beforeAll(async () => {
  harness = await startHarness();
  receiver = await startReceiver();
  client = new pg.Client(harness.url);
  await client.connect();
});
afterAll(async () => {
  await client.end();
  await harness.stop();
  await receiver.stop();
});

/** The caller of the agents service, which acts on behalf of the organization. */
const agents = { ...editor, actor: { type: 'service' as const, id: 'agents' }, role: 'viewer' as const };
const hold = { type: 'wait', duration: 1, unit: 'hours' };
const log = { type: 'log', message: 'Hello {{ first_name }} {{ hobby }}' };

/** Makes a person whom the CRM erases. */
function makePerson(name: string) {
  const id = randomUUIDv7();
  const email = `${name}@example.com`;
  return { id, publicId: `cnt_${id.replaceAll('-', '').slice(8)}`, email, name };
}

type Person = ReturnType<typeof makePerson>;

function contactOf({ id, publicId, email, name }: Person) {
  return { lead_ref: publicId, id, email, first_name: name, last_name: `${name}last`, hobby: `${name}hobby` };
}

async function enroll(steps: readonly StepInput[], contact: object, options: { organizationId?: bigint } = {}) {
  const workflow = await makeWorkflow(harness, steps, options);
  const caller = options.organizationId === undefined ? undefined : stranger;
  const answer = await harness.enrollments(caller).bulkEnroll({ workflowId: workflow.id, contacts: json([contact]) });
  return { workflowId: workflow.id, id: answer.enrollmentIds[0] ?? 0n };
}

const detail = async (at: { workflowId: bigint; id: bigint }, caller?: typeof stranger) =>
  (await harness.enrollments(caller).getEnrollment(at)).enrollment;

const mailOf = async (at: { workflowId: bigint; id: bigint }, caller?: typeof stranger) =>
  Object(parsed((await detail(at, caller))?.contact)).email;

async function untilStatus(at: { workflowId: bigint; id: bigint }, status: EnrollmentStatus) {
  await eventually(async () => expect((await detail(at))?.status).toBe(status));
}

function erased({ id, publicId }: Person): CrmEvent {
  const erasedAt = timestampFromDate(new Date());
  const payload = { case: 'contactErased' as const, value: { id, publicId, erasedAt } };
  return create(CrmEventSchema, {
    id: `evt_${randomUUIDv7()}`,
    time: erasedAt,
    organizationId: 1n,
    sequence: 2n,
    aggregate: `contact:${id}`,
    payload,
  });
}

async function erase(person: Person, ...events: CrmEvent[]): Promise<void> {
  harness.crm.erasures.set(person.id, [person.email]);
  await harness.publishCrm(...(events.length > 0 ? events : [erased(person)]));
}

/** Finds the places where this service has data of a person, except events that are on their way to other services. */
const traces = ({ name }: Person) => findTexts(client, [name], ['events.embedded_log.value']);

test('enrollments of a person lose the data of the person, by reference and by address, and the funnel stays', async () => {
  const person = makePerson('canaryone');
  const { email, ...unnamed } = contactOf(person);
  const waiting = await enroll([log, hold, log], unnamed);
  for (const contact of [{ email: email.toUpperCase() }, { lead_ref: person.id }, { ...unnamed, email: undefined }])
    await sendEvent(harness, 'visited', contact, {
      properties: { by: person.name },
      key: `${person.name} ${randomUUIDv7()}`,
    });
  const forOrder = {
    event_name: 'paid',
    match: { conditions: [{ field: 'by', operator: 'equals', value: '{{ hobby }}' }] },
  };
  const forEvent = await enroll([{ type: 'wait_for_event', ...forOrder }, log], contactOf(person));
  await parked(harness, [forEvent.id]);
  const ended = await enroll([log], { email: email.toUpperCase(), first_name: 'canaryone', lead_ref: 'canaryone-7' });
  const other = await enroll([log, hold], { email: 'bystander@example.com', first_name: 'Bystander' });
  const elsewhere = await enroll([hold], { email, first_name: 'Elsewhere' }, { organizationId: 2n });
  await untilStatus(ended, EnrollmentStatus.COMPLETED);
  await eventually(async () => expect((await detail(waiting))?.currentStepIndex).toBe(1));
  expect(await traces(person)).not.toEqual([]);

  await harness.enrollments(stranger).deleteEnrollment(elsewhere);
  const again = await enroll([hold], { email, first_name: 'Elsewhere' }, { organizationId: 2n });
  const event = erased(person);
  await erase(person, event, event);
  await untilStatus(waiting, EnrollmentStatus.CANCELLED);
  await untilStatus(forEvent, EnrollmentStatus.CANCELLED);
  const { events } = await harness.contactEvents().listEvents({ name: 'visited' });
  expect(events.map((row) => [parsed(row.contact), parsed(row.properties)])).toEqual([1, 2, 3].map(() => [{}, {}]));
  await eventually(async () => {
    const { contact, data, actionTimeline, ...row } =
      (await harness.enrollments().getEnrollment(ended)).enrollment ?? {};
    expect([parsed(contact), parsed(data), row]).toMatchObject([{}, {}, { status: EnrollmentStatus.COMPLETED }]);
    expect(actionTimeline?.map(({ message }) => message)).toEqual(['Erased']);
  });
  expect(await mailOf(other)).toBe('bystander@example.com');
  expect(await mailOf(again, stranger)).toBe(email);
  const { stepFunnel } = await harness.enrollments().listEnrollments({ workflowId: waiting.workflowId });
  expect(stepFunnel?.totals).toMatchObject({ totalEnrollments: 1n, cancelled: 1n, active: 0n });

  const told = () => harness.published.filter((news) => news.aggregate === `enrollment:${waiting.id}`);
  await eventually(() => expect(told().map(({ payload }) => payload.case)).toEqual(['started', 'erased', 'cancelled']));
  expect(
    JSON.stringify(told().slice(1), (_, value) => (typeof value === 'bigint' ? String(value) : value)),
  ).not.toContain('canaryone');

  // The second pass finds enrollments made in the meantime. After that, the addresses are deleted.
  const late = await enroll([hold], contactOf(person));
  await eventually(async () => {
    // The update is repeated, because the running slice sets the time of the next slice.
    await sql`update jobs set wake_at = now() where kind = 'erasure'`.execute(harness.db);
    expect((await detail(late))?.status).toBe(EnrollmentStatus.CANCELLED);
  });
  await eventually(() => expect(harness.crm.erasures.has(person.id)).toBe(false));
  await eventually(async () => {
    const jobs = await harness.db
      .selectFrom('jobs')
      .select(['input', 'status'])
      .where('kind', '=', 'erasure')
      .execute();
    expect(jobs).toMatchObject([{ status: 'completed', input: expect.stringContaining('"emails":null') }]);
  });
  await harness.enrollments(stranger).deleteEnrollment(again);
  await eventually(async () => expect(await traces(person)).toEqual([]));
});

test('approvals of no enrollment that name the person are emptied and cancelled, and those of others stay', async () => {
  const person = makePerson('canarynine');
  const ask = async (key: string, preview: object, message = 'Send?') => {
    const expiresAt = timestampFromDate(new Date(Date.now() + 3_600_000));
    const asked = { key, kind: ApprovalKind.AGENT_ACTION, message, preview: json(preview), expiresAt };
    const { approval } = await harness.approvalRequests(agents).requestApproval(asked);
    return approval?.id ?? 0n;
  };
  const own = [
    await ask('agents:1', { to: person.email.toUpperCase(), text: 'Hello canarynine' }),
    await ask('agents:2', { about: [person.publicId], name: 'canarynine' }),
    await ask('agents:3', {}, `Write to ${person.email}. Now?`),
  ];
  const others = [
    await ask('agents:4', { to: `x${person.email}` }),
    await ask('agents:5', { to: `${person.email}.org` }),
  ];
  const [decided = 0n] = own;
  const { approval } = await harness.approvals().getApproval({ id: decided });
  const decision = { id: decided, binding: approval?.binding ?? '', comment: 'canarynine may' };
  await harness.approvals().approveApproval(decision);
  await erase(person);
  const shown = async (id: bigint) => (await harness.approvals().getApproval({ id })).approval;
  await eventually(async () => {
    for (const id of own) expect(await shown(id)).toMatchObject({ message: 'Erased' });
  });
  const { APPROVED, CANCELLED, PENDING } = ApprovalStatus;
  const statuses = await Promise.all([...own, ...others].map(async (id) => (await shown(id))?.status));
  expect(statuses).toEqual([APPROVED, CANCELLED, CANCELLED, PENDING, PENDING]);
  expect(parsed((await shown(decided))?.preview)).toEqual({});
  await eventually(() => {
    const told = harness.published.filter(({ payload }) => payload.case === 'approvalErased');
    expect(told.map(({ payload }) => (payload.value as { id: bigint }).id).toSorted()).toEqual(own.toSorted());
  });
  for (const key of ['agents:4', 'agents:5']) await harness.approvalRequests(agents).cancelApproval({ key });
  await sql`delete from approvals where id = any(${others}::bigint[])`.execute(harness.db);
  await eventually(async () => expect(await traces(person)).toEqual([]));
});

test('what an effect that was out returns is stored without the person, and nothing follows it', async () => {
  const person = makePerson('canarytwo');
  const release = receiver.hold({ body: JSON.stringify(person) });
  const callback = { type: 'webhook_callback', url: `${receiver.url}/hook`, payload: { who: '{{ first_name }}' } };
  const out = await enroll([callback, log, { ...callback, url: `${receiver.url}/second` }], contactOf(person));
  const [request] = await receiver.received(1);
  expect(request?.body.toString()).toContain('canarytwo');
  await erase(person);
  await untilStatus(out, EnrollmentStatus.CANCELLED);
  release();
  await eventually(async () => {
    const { rows } = await client.query(
      'select status, request::text, result::text from enrollments.effects where enrollment_id = $1',
      [out.id],
    );
    expect(rows).toEqual([{ status: 'succeeded', request: '{}', result: expect.stringContaining('succeeded') }]);
  });
  await eventually(async () => expect(await traces(person)).toEqual([]));
  expect(receiver.requests).toHaveLength(1);
  receiver.answer({});
});

test('what failed is not retried once it is of nobody, and a change from before starts nothing', async () => {
  const person = makePerson('canarythree');
  receiver.answer({ status: 400, body: 'canarythree' });
  const failed = await enroll([{ type: 'webhook_callback', url: `${receiver.url}/refuses` }], contactOf(person));
  await untilStatus(failed, EnrollmentStatus.FAILED);
  const listener = await makeWorkflow(harness, [
    { type: 'trigger', kind: 'event', event_name: 'contact.updated' },
    hold,
  ]);
  await erase(person);
  await eventually(async () => expect(await mailOf(failed)).toBeUndefined());
  expect(await refusal(harness.enrollments().retryEnrollment(failed))).toBe('failed_precondition enrollment_erased');
  expect((await detail(failed))?.status).toBe(EnrollmentStatus.FAILED);

  const updated = (value: { id: string; publicId: string; email: string }) =>
    create(CrmEventSchema, {
      id: `evt_${randomUUIDv7()}`,
      time: timestampFromDate(new Date(Date.now() - 60_000)),
      organizationId: 1n,
      sequence: 1n,
      aggregate: `contact:${value.id}`,
      payload: { case: 'contactUpdated', value: { ...value, custom: json({}) } },
    });
  const { id, publicId, email } = person;
  await harness.publishCrm(updated({ id, publicId, email }));
  const marks = Array.from({ length: 20 }, (_, at) =>
    updated({ id: randomUUIDv7(), publicId: `cnt_mark${at}`, email: `mark${at}@example.com` }),
  );
  await harness.publishCrm(...marks);
  await eventually(async () => {
    const { enrollments } = await harness.enrollments().listEnrollments({ workflowId: listener.id });
    expect(enrollments).toHaveLength(20);
  });
  await eventually(async () => expect(await traces(person)).toEqual([]));
});

test('what was copied of a partition that is being replaced is emptied with it', async () => {
  const person = makePerson('canaryfour');
  receiver.answer({ body: 'canaryfour' });
  const callback = { type: 'webhook_callback', url: `${receiver.url}/copied`, payload: { who: '{{ first_name }}' } };
  const at = await enroll([log, callback], contactOf(person));
  await untilStatus(at, EnrollmentStatus.COMPLETED);
  // Does the work of `history/replace-partition.ts`, but stops after the copy.
  await client.query('set search_path = enrollments, public');
  for (const table of ['timeline', 'effects']) {
    await client.query(`create table ${table}_p0_kept (like ${table} including all)`);
    await client.query(`create trigger keep after insert or update on ${table}_p0
      for each row execute function keep_${table}('${table}_p0_kept')`);
    await client.query(`insert into ${table}_p0_kept select * from ${table}_p0 where enrollment_id = ${at.id}`);
  }
  expect((await traces(person)).some((place) => place.includes('_kept'))).toBe(true);
  await erase(person);
  await eventually(async () => expect(await traces(person)).toEqual([]));
  for (const table of ['timeline', 'effects']) {
    await client.query(`drop trigger keep on ${table}_p0`);
    await client.query(`drop table ${table}_p0_kept`);
  }
});
