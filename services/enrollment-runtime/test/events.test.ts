import { randomUUIDv7 } from 'node:crypto';
import { create } from '@bufbuild/protobuf';
import { timestampDate, timestampFromDate } from '@bufbuild/protobuf/wkt';
import { CrmEventSchema } from '@drippulse/proto/drippulse/crm/v1/events_pb';
import {
  EventSource,
  type ListEventsRequest,
  ListEventsRequestSchema,
} from '@drippulse/proto/drippulse/journeys/v1/events_pb';
import { Mode } from '@drippulse/proto/drippulse/rest/v1/mode_pb';
import { WorkflowStatus } from '@drippulse/proto/drippulse/workflows/v1/workflows_pb';
import { eventually } from '@drippulse/testing';
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { sql } from 'kysely';
import { digestOf, readEvent } from '../src/events/event.ts';
import { findDuplicates } from '../src/events/event-keys.ts';
import { matchingQuery, pageQuery } from '../src/events/read-events.ts';
import { waitsQuery } from '../src/events/resume-waits.ts';
import { endedOn, enrollIn, eventOf, parkContacts, parked, sendEvent, waiting } from './events.ts';
import { type Harness, startHarness, stranger, tester } from './harness.ts';
import { apply, json, makeWorkflow, parsed, refusal, workflowOf } from './workflow.ts';

const minuteMs = 60_000;
const hold = { type: 'wait', duration: 1, unit: 'days' };
const onPaid = { type: 'trigger', kind: 'event', event_name: 'order.paid' };

let harness: Harness;
beforeAll(async () => {
  harness = await startHarness();
  await harness.startRuntime();
});
afterAll(() => harness.stop());

test('an event starts the workflows that accept it, resumes who waits, and says what it led to', async () => {
  const big = { field: 'properties.amount', operator: 'greater_than', value: 100 };
  const started = await makeWorkflow(harness, [onPaid, hold]);
  const filtered = await makeWorkflow(harness, [{ ...onPaid, filter: { conditions: [big] } }, hold]);
  const paused = await makeWorkflow(harness, [onPaid, hold]);
  await apply(harness, { ...paused, status: WorkflowStatus.PAUSED });
  const waits = await parkContacts(harness, waiting(), [{ email: 'ada@example.com' }]);
  const id = await sendEvent(
    harness,
    'order.paid',
    { email: 'ADA@example.com', plan: 'pro' },
    { properties: { amount: 7 } },
  );
  const event = await eventOf(harness, id);
  expect(event).toMatchObject({
    name: 'order.paid',
    source: EventSource.API,
    mode: Mode.LIVE,
    started: [{ workflowId: started.id }],
    resumed: [{ workflowId: waits.workflowId, enrollmentId: waits.ids[0], stepId: 'waits' }],
    notStarted: [
      { workflowId: filtered.id, reason: 'filter' },
      { workflowId: paused.id, reason: 'paused' },
    ],
    isSpreading: false,
  });
  expect(parsed(event.contact)).toEqual({ email: 'ADA@example.com', plan: 'pro' });
  expect(await endedOn(harness, waits.workflowId, waits.ids)).toEqual(['came']);
  const seen = { id, name: 'order.paid', properties: { amount: 7 } };
  const resumedOne = await harness.enrollments().getEnrollment({ workflowId: waits.workflowId, id: waits.ids[0] });
  expect(parsed(resumedOne.enrollment?.data)).toMatchObject({ email: 'ada@example.com', event: seen });
  const startedOne = await harness
    .enrollments()
    .getEnrollment({ workflowId: started.id, id: event.started[0]?.enrollmentId });
  expect(parsed(startedOne.enrollment?.contact)).toMatchObject({ email: 'ADA@example.com', plan: 'pro', event: seen });
  const { events } = await harness.contactEvents().listEvents({ email: 'ada@EXAMPLE.com' });
  expect(events).toEqual([event]);
  for (const workflow of [started, filtered, paused]) await apply(harness, workflow, { deleted: true });
});

test('a key that a client chooses is never that of an event of the platform itself', async () => {
  const eventBy = (source: 'api' | 'crm' | 'mail') =>
    readEvent({
      ...{ id: `evt_${randomUUIDv7()}`, organizationId: 77n, mode: 'live', name: 'email.opened', source },
      ...{
        occurredAt: new Date(),
        contact: '{"email":"ada@example.com"}',
        properties: '{}',
        key: 'email.opened:1:abc',
      },
    });
  const duplicatesOf = (events: ReturnType<typeof eventBy>[]) =>
    harness.db.transaction().execute(async (trx) => (await findDuplicates(trx, events, new Date())).size);
  expect(await duplicatesOf([eventBy('api'), eventBy('mail'), eventBy('crm')])).toBe(0);
  expect(await duplicatesOf([eventBy('mail'), eventBy('api')])).toBe(2);
});

test('a second event with the key of one is a duplicate for seven days, in its organization and mode', async () => {
  const { id: workflowId } = await makeWorkflow(harness, [{ ...onPaid, event_name: 'once' }, hold]);
  const key = 'order-17';
  const first = await sendEvent(harness, 'once', 'dup@example.com', { key });
  expect(await sendEvent(harness, 'once', 'other@example.com', { key })).toBe(first);
  const events = json(
    [1, 2].map(() => ({ name: 'once', contact: { email: 'dup@example.com' }, idempotency_key: 'k2' })),
  );
  expect(await harness.contactEvents().acceptEvents({ events })).toMatchObject({ accepted: 1, duplicates: 1 });
  expect(await harness.contactEvents().acceptEvents({ events })).toMatchObject({ accepted: 0, duplicates: 2 });
  for (const caller of [stranger, tester])
    expect(await sendEvent(harness, 'once', 'dup@example.com', { key, caller })).not.toBe(first);
  expect((await harness.enrollments().listEnrollments({ workflowId })).enrollments).toHaveLength(2);
  harness.pass(7 * 86_400_000 + minuteMs);
  expect(await sendEvent(harness, 'once', 'dup@example.com', { key })).not.toBe(first);
});

test('a bad event of a batch is named and costs the others nothing', async () => {
  const contact = { email: 'batch@example.com' };
  const bad = [
    [{ contact }, 'required'],
    [{ name: 'Upper', contact }, 'format'],
    [{ name: 'lead.created', contact }, 'reserved_event_name'],
    [{ name: 'n', contact: { plan: 'pro' } }, 'required'],
    [{ name: 'n', contact: 'ada' }, 'type'],
    [{ name: 'n', contact, properties: [] }, 'type'],
    [{ name: 'n', contact, properties: { text: 'x'.repeat(66_000) } }, 'contact_event_too_large'],
    [{ name: 'n', contact, occurred_at: 'yesterday' }, 'type'],
    [{ name: 'n', contact, occurred_at: '2020-01-01T00:00:00Z' }, 'range'],
    [{ name: 'n', contact, idempotency_key: 'k'.repeat(256) }, 'length'],
    [{ name: 'n', contact, properties: JSON.parse('{"__proto__": 1}') }, 'invalid'],
    ['no object', 'type'],
    [{ name: 'x'.repeat(101), contact }, 'length'],
  ] as const;
  const good = { name: 'fine', contact, properties: null };
  const events = json([good, ...bad.map(([event]) => event), good]);
  const answer = await harness.contactEvents().acceptEvents({ events });
  expect(answer.accepted).toBe(2);
  expect(answer.rejected.map(({ index, code }) => [index, code])).toEqual(bad.map(([, code], at) => [at + 1, code]));
  const { totalCount } = await harness.contactEvents().listEvents({ email: contact.email });
  expect(totalCount).toBe(2n);
  expect(await refusal(harness.contactEvents().acceptEvents({ events: json([]) }))).toBe('invalid validation_failed');
  const many = json(Array.from({ length: 1_001 }, () => good));
  expect(await refusal(harness.contactEvents().acceptEvents({ events: many }))).toBe('too_large too_many_events');
});

test('requests that share a transaction do not share a failure', async () => {
  const contact = json({ email: 'shared@example.com' });
  const send = (properties: Uint8Array) => harness.contactEvents().acceptEvent({ name: 'shared', contact, properties });
  // The gateway refuses such a string, but this call does not pass the gateway, so only the database refuses it.
  const broken = new TextEncoder().encode('{broken');
  const answers = await Promise.allSettled(
    Array.from({ length: 12 }, (_, index) => send(index === 5 ? broken : json({ index }))),
  );
  expect(answers.map(({ status }) => status)).toEqual(
    Array.from({ length: 12 }, (_, index) => (index === 5 ? 'rejected' : 'fulfilled')),
  );
  expect((await harness.contactEvents().listEvents({ name: 'shared' })).events).toHaveLength(11);
});

test('every name that the platform publishes is reserved', async () => {
  const names = CrmEventSchema.fields.length;
  expect(names).toBeGreaterThan(5);
  for (const name of [
    'lead.created',
    'opportunity.stage_changed',
    'enrollment.started',
    'email.sent',
    'webhook.disabled',
  ])
    expect(await refusal(sendEvent(harness, name, 'x@example.com'))).toBe('invalid reserved_event_name');
});

test('an event after the entry and before the step counts, unless the step does not look back', async () => {
  const steps = (look_back: string) => [
    hold,
    ...waiting({ event_name: 'order.paid', look_back }).map((step) => ({ ...step })),
  ];
  const { id: workflowId } = await makeWorkflow(harness, steps('entry'));
  const { id: blindId } = await makeWorkflow(harness, steps('none'));
  const before = await sendEvent(harness, 'order.paid', 'back@example.com');
  harness.pass(minuteMs);
  const [id = 0n] = await enrollIn(harness, workflowId, [{ email: 'back@example.com' }]);
  const [blind = 0n] = await enrollIn(harness, blindId, [{ email: 'back@example.com' }]);
  harness.pass(minuteMs);
  const between = await sendEvent(harness, 'order.paid', { lead_ref: 'x', email: 'Back@example.com' });
  expect((await eventOf(harness, between)).resumed).toEqual([]);
  harness.pass(86_400_000);
  await eventually(async () => {
    const { enrollment } = await harness.enrollments().getEnrollment({ workflowId, id });
    expect(parsed(enrollment?.data)).toMatchObject({ event: { id: between } });
    expect(enrollment?.currentStepIndex).toBe(2);
  });
  expect(before).not.toBe(between);
  await parked(harness, [blind]);
});

test('neither the event that started an enrollment nor one that ended a wait of it ends another', async () => {
  const again = { event_name: 'again', timeout: { duration: 1, unit: 'hours' } };
  const { id: workflowId } = await makeWorkflow(harness, [
    { type: 'trigger', kind: 'event', event_name: 'again' },
    { id: 'first', type: 'wait_for_event', ...again, on_timeout: 'end' },
    { id: 'second', type: 'wait_for_event', ...again, on_timeout: 'end' },
    { type: 'log', message: 'both' },
  ]);
  const stepOf = async () => {
    const { enrollments } = await harness.enrollments().listEnrollments({ workflowId });
    return enrollments.map(({ currentStep }) => currentStep?.id);
  };
  const starting = await sendEvent(harness, 'again', 'loop@example.com');
  const [{ enrollmentId = 0n } = {}] = (await eventOf(harness, starting)).started;
  await parked(harness, [enrollmentId]);
  expect(await stepOf()).toEqual(['first']);
  // The event starts one more enrollment.
  await apply(harness, workflowOf([hold], { id: workflowId, version: 2 }));
  await sendEvent(harness, 'again', 'loop@example.com');
  await eventually(async () => expect(await stepOf()).toEqual(['second']));
  await parked(harness, [enrollmentId]);
  expect(await stepOf()).toEqual(['second']);
  await sendEvent(harness, 'again', 'loop@example.com');
  await eventually(async () => expect(await stepOf()).toEqual([undefined]));
});

test('of several events the earliest decides, of one instant the first of the step', async () => {
  const events = [
    { event_name: 'refunded', go_to: 'late' },
    {
      event_name: 'order.paid',
      go_to: 'came',
      match: { conditions: [{ field: 'properties.order', operator: 'equals', value: '{{ order }}' }] },
    },
  ];
  const steps = waiting({ event_name: undefined, events });
  const contacts = [1, 2, 3].map((n) => ({ email: `several${n}@example.com`, order: `{{ ${n} }}` }));
  const { workflowId, ids } = await parkContacts(harness, steps, contacts);
  const event = (name: string, n: number, properties?: object) => ({
    name,
    contact: { email: `several${n}@example.com` },
    properties,
  });
  await harness.contactEvents().acceptEvents({
    events: json([event('order.paid', 1, { order: '{{ 2 }}' }), event('order.paid', 1, { order: '{{ 1 }}' })]),
  });
  await harness
    .contactEvents()
    .acceptEvents({ events: json([event('order.paid', 2, { order: '{{ 2 }}' }), event('refunded', 2)]) });
  await harness.contactEvents().acceptEvents({ events: json([event('refunded', 3)]) });
  expect(await endedOn(harness, workflowId, ids)).toEqual(['came', 'late', 'late']);
});

test('a change of the CRM is an event, which is found by the UUID and the public id of its record', async () => {
  const id = randomUUIDv7();
  const contacts = [{ lead_ref: id }, { lead_ref: 'lead_crm' }, { email: 'CRM@example.com' }, { lead_ref: 'other' }];
  const { ids } = await parkContacts(harness, waiting({ event_name: 'lead.updated' }), contacts);
  const value = { id, publicId: 'lead_crm', email: 'crm@example.com', custom: json({}) };
  const event = create(CrmEventSchema, {
    id: `evt_${randomUUIDv7()}`,
    organizationId: 1n,
    sequence: 1n,
    aggregate: `lead:${id}`,
    time: timestampFromDate(new Date()),
    payload: { case: 'leadUpdated', value },
  });
  await harness.publishCrm(event, event);
  await harness.crmHandled();
  const logged = await eventOf(harness, event.id);
  expect(logged).toMatchObject({ name: 'lead.updated', source: EventSource.CRM });
  expect(parsed(logged.properties)).toMatchObject({ public_id: 'lead_crm' });
  expect(logged.resumed.map(({ enrollmentId }) => enrollmentId).sort()).toEqual(ids.slice(0, 3));
  const { events } = await harness.contactEvents().listEvents({ leadRef: id });
  expect(events.map((row) => row.id)).toEqual([event.id]);
});

test('modes and organizations see nothing of each other', async () => {
  const { id: live } = await makeWorkflow(harness, [{ ...onPaid, event_name: 'apart' }, hold]);
  const { id: testing } = await makeWorkflow(harness, [{ ...onPaid, event_name: 'apart' }, hold], { mode: Mode.TEST });
  const of = async (caller?: typeof tester) => {
    const id = await sendEvent(harness, 'apart', 'apart@example.com', caller && { caller });
    return { id, started: (await eventOf(harness, id, caller)).started.map(({ workflowId }) => workflowId) };
  };
  expect((await of()).started).toEqual([live]);
  expect((await of(tester)).started).toEqual([testing]);
  const theirs = await of(stranger);
  expect(theirs.started).toEqual([]);
  expect(await refusal(eventOf(harness, theirs.id))).toBe('not_found event_not_found');
  expect((await harness.contactEvents().listEvents({ name: 'apart' })).events).toHaveLength(1);
  expect((await harness.contactEvents(tester).listEvents({ name: 'apart' })).events).toHaveLength(1);
});

test('an event that more enrollments await than one transaction takes goes on until all have it', async () => {
  const contacts = Array.from({ length: 620 }, () => ({ email: 'crowd@example.com' }));
  const { ids } = await parkContacts(harness, waiting({ event_name: 'crowd' }), contacts);
  const id = await sendEvent(harness, 'crowd', 'crowd@example.com');
  const event = await eventually(async () => {
    const found = await eventOf(harness, id);
    expect(found.isSpreading).toBe(false);
    return found;
  });
  const resumed = event.resumed.map(({ enrollmentId }) => enrollmentId);
  expect(resumed).toHaveLength(620);
  expect(new Set(resumed)).toEqual(new Set(ids));
});

test('events that fail as they spread delay no other, and go on when nothing fails any more', async () => {
  // There are more names than processes, so the events that fail could occupy every process.
  const names = ['stuck1', 'stuck2', 'stuck3'];
  const park = (name: string) =>
    parkContacts(
      harness,
      waiting({ event_name: name }),
      Array.from({ length: 510 }, () => ({ email: `${name}@example.com` })),
    );
  for (const name of names) await park(name);
  const { ids: others } = await park('free');
  await sql`create function poisoned() returns trigger language plpgsql as $$ begin
    if new.part > 0 and exists (select from events where id = new.event_id and name like 'stuck%') then
      raise exception 'poisoned';
    end if;
    return new;
  end $$`.execute(harness.db);
  await sql`create trigger poisoned before insert on event_answers for each row execute function poisoned()`.execute(
    harness.db,
  );
  const reached = async (id: string) => (await eventOf(harness, id)).resumed.length;
  const postponed = async () =>
    (await harness.db.selectFrom('postponements').select(['kind', 'item']).orderBy('item').execute()).map(
      ({ kind, item }) => `${kind} ${item}`,
    );
  const stuck: string[] = [];
  for (const name of names) stuck.push(await sendEvent(harness, name, `${name}@example.com`));
  const free = await sendEvent(harness, 'free', 'free@example.com');
  await eventually(async () => expect(await reached(free)).toBe(others.length));
  await eventually(async () => expect(await postponed()).toEqual(stuck.map((id) => `spread_event ${id}`).sort()));
  for (const id of stuck) expect(await reached(id)).toBe(500);
  await sql`drop trigger poisoned on event_answers`.execute(harness.db);
  harness.pass(30 * minuteMs);
  await eventually(async () => {
    for (const id of stuck) expect(await reached(id)).toBe(510);
    expect(await postponed()).toEqual([]);
  });
});

test('a page of the log follows the one before, and filters meet', async () => {
  const ids: string[] = [];
  for (let n = 0; n < 5; n++) ids.unshift(await sendEvent(harness, n % 2 === 0 ? 'even' : 'odd', 'page@example.com'));
  const list = (more: object) => harness.contactEvents().listEvents({ email: 'page@example.com', ...more });
  const walked: string[] = [];
  for (let cursor: string | undefined, more = true; more; ) {
    const page = await list({ limit: 2, ...(cursor !== undefined && { cursor }) });
    expect(page.totalCount).toBe(5n);
    walked.push(...page.events.map(({ id }) => id));
    cursor = page.nextCursor;
    more = cursor !== undefined;
  }
  expect(walked).toEqual(ids);
  expect((await list({ name: 'odd' })).events.map(({ id }) => id)).toEqual([ids[1], ids[3]]);
  expect((await list({ ids: [ids[2], 'evt_unknown'] })).events.map(({ id }) => id)).toEqual([ids[2]]);
  const [first] = (await list({ limit: 1 })).events;
  const at = first?.createdAt;
  if (at === undefined) throw new Error('no time');
  expect((await list({ since: at })).events.map(({ id }) => id)).toContain(ids[0]);
  expect((await list({ until: timestampFromDate(new Date(timestampDate(at).getTime() - 3_600_000)) })).events).toEqual(
    [],
  );
});

test('an event reads by index only the waits of its contact for its name', async () => {
  const plan = await harness.db.transaction().execute(async (trx) => {
    await sql`
      insert into waits (organization_id, enrollment_id, workflow_id, parked_at, expires_at, contact_key, place, mode, event_name,
        effect_key, step_id, exit)
      select 1 + n % 3, 900000000 + n, n % 50, now(), now(), md5((n % 5000)::text)::uuid, 0,
        case n % 2 when 0 then 'live' else 'test' end, 'name' || n % 7, 'k' || n, 's', 'on_event'
      from generate_series(1, 40000) as n`.execute(trx);
    await sql`analyze waits`.execute(trx);
    const asked = [0, 1].map((index) => ({
      event: { organizationId: 1n, mode: 'live' as const, name: `name${index}` },
      index,
      digest: '00000000-0000-0000-0000-00000000000a',
    }));
    const { rows } = await sql<{ 'QUERY PLAN': string }>`
      explain (analyze, costs off, timing off) ${waitsQuery(asked, { after: 0n, most: 500 })}`.execute(trx);
    await sql`delete from waits where enrollment_id > 900000000`.execute(trx);
    return rows.map((row) => row['QUERY PLAN']).join('\n');
  });
  expect(plan).toContain('waits_pkey');
  expect(plan).not.toMatch(/Seq Scan|Rows Removed|Sort/);
});

test('a page of the log reads by index about as many events as it has', async () => {
  const filters = [{}, { name: 'name3' }, { email: 'p1@example.com' }, { email: 'p1@example.com', name: 'name1' }];
  const requests = filters.map(
    (filter): ListEventsRequest => create(ListEventsRequestSchema, { ...filter, limit: 20 }),
  );
  const plans = await harness.db.transaction().execute(async (trx) => {
    // All enrollments are on one day, because a partition with a few rows is scanned as a whole.
    await sql`
      insert into events (organization_id, accepted_at, occurred_at, mode, source, hops, id, name, contact, properties)
      select 77, date_trunc('day', now(), 'UTC') + n * interval '2 seconds', now(), 'live', 'api', 0, 'evt_' || n, 'name' || n % 7, '{}', '{}'
      from generate_series(1, 30000) as n`.execute(trx);
    const digest = digestOf('77:live:email:p1@example.com');
    await sql`
      insert into event_contacts (organization_id, accepted_at, mode, contact_key, event_name, event_id)
      select 77, date_trunc('day', now(), 'UTC') + n * interval '2 seconds', 'live', case n % 300 when 1 then ${digest}::uuid else md5(n::text)::uuid end,
        'name' || n % 7, 'evt_' || n
      from generate_series(1, 30000) as n`.execute(trx);
    await sql`analyze events`.execute(trx);
    await sql`analyze event_contacts`.execute(trx);
    const scope = { organizationId: 77n, mode: 'live' as const };
    const texts: string[] = [];
    for (const request of requests) {
      const query = pageQuery(scope, matchingQuery(scope, request), { limit: 20, offset: 0 });
      const { rows } = await sql<{ 'QUERY PLAN': string }>`
        explain (analyze, costs off, timing off, buffers) ${query}`.execute(trx);
      texts.push(rows.map((row) => row['QUERY PLAN']).join('\n'));
    }
    await sql`delete from events where organization_id = 77`.execute(trx);
    await sql`delete from event_contacts where organization_id = 77`.execute(trx);
    return texts;
  });
  for (const plan of plans) {
    // An empty partition may be scanned as a whole.
    expect(plan).not.toMatch(/Seq Scan on (events|event_contacts)\S* .*actual rows=[1-9]/);
    expect(Number(/shared hit=(\d+)/.exec(plan)?.[1])).toBeLessThan(400);
  }
});
