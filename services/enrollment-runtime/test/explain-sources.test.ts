import { connectDatabase, type Database } from '@drippulse/db';
import { testLogger } from '@drippulse/service/harness';
import { createTestDatabase, type TestDatabase } from '@drippulse/testing';
import { testSeed } from '@drippulse/testing/hostile';
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { sql } from 'kysely';
import { contactKeysOf } from '../src/contacts/lock-contacts.ts';
import type { DB } from '../src/db/schema.ts';
import { digestOf } from '../src/events/index.ts';
import type { Person } from '../src/explain/person.ts';
import { readAnswers } from '../src/explain/read-answers.ts';
import type { Place } from '../src/explain/window.ts';
import { service } from '../src/service.ts';

const seed = testSeed('explain sources');
let database: TestDatabase;
let db: Database<DB>;
beforeAll(async () => {
  database = await createTestDatabase({
    name: 'explain_sources',
    prepare: async (url) => void (await service.migrate(url)),
  });
  db = connectDatabase<DB>({ url: database.url, schema: 'enrollments', service: 'test', log: testLogger(), max: 2 });
});
afterAll(async () => {
  await db.close();
  await database.drop();
});

const email = 'ada@example.com';
const person: Person = { organizationId: 1n, mode: 'live', email, leadRef: undefined, workflowId: undefined };
const [emailKey = ''] = contactKeysOf({ organizationId: 1n, mode: 'live', email, leadRef: null });
/** Number of calls of `at`. Each call returns a later time, starting an hour ago. */
let minute = 0;
function at(): Date {
  minute += 1;
  return new Date(Date.now() - 3_600_000 + minute * 60_000);
}

function readPage(asked: Person, page: { after: Place | undefined; limit: number }) {
  return readAnswers({ db, dbNow: sql<Date>`now()` }, asked, page);
}

async function told(asked: Partial<Person> = {}) {
  const answers = await readPage({ ...person, ...asked }, { after: undefined, limit: 100 });
  return answers.map(({ row }) => [row.decision, row.reason, row.rule, row.workflowId].filter(Boolean).join(' '));
}

async function insert(table: string, row: Record<string, unknown>) {
  const columns = Object.keys(row);
  await sql`
    insert into ${sql.table(table)} (${sql.join(columns.map((column) => sql.ref(column)))})
    values (${sql.join(columns.map((column) => sql`${row[column]}`))})`.execute(db.kysely);
}

const of = (workflowId: bigint, enrollmentId: bigint) => ({ workflow_id: workflowId, enrollment_id: enrollmentId });

async function insertSend(key: string, row: Record<string, unknown>) {
  const decidedAt = at();
  await insert('sends', {
    organization_id: 1n,
    planned_at: decidedAt,
    due_at: decidedAt,
    decided_at: decidedAt,
    priority: 50,
    mode: 'live',
    channel: 'email',
    class: 'marketing',
    step_id: 'mail',
    effect_key: key,
    contact_key: emailKey,
    ...row,
  });
}

async function insertEnrollment(workflowId: bigint, id: bigint, row: Record<string, unknown> = {}) {
  const created = at();
  const key = `00000000-0000-7000-8000-${String(id).padStart(12, '0')}`;
  await insert('enrollments', {
    ...{ workflow_id: workflowId, id, organization_id: 1n, created_at: created, key, version: 1, mode: 'live' },
    ...{ is_holdout: false, timezone: 'UTC', lead_ref: `ref-${id}`, email, contact: '{}', ...row },
  });
  await insert('enrollment_search', {
    workflow_id: workflowId,
    block: id >> 3n,
    text: `${'\x1e'.repeat(Number(id & 7n))}\n${email}`,
  });
}

test('every source tells what it has about a person, and nothing about another', async () => {
  for (const [id, organization] of [
    [1n, 1n],
    [2n, 1n],
    [3n, 2n],
  ] as const) {
    const lane = {
      workflow_id: id,
      organization_id: organization,
      sequence: 1n,
      version: 1,
      state: 'active',
      name: 'W',
      mode: 'live',
    };
    await insert('lanes', lane);
  }
  // A rule holds a mail, and the mail is suppressed later. Then a goal ends the enrollment.
  await insertEnrollment(1n, 8n);
  const line = { enrollment_id: 8n, step_index: 0, attempt: 1 };
  const held = JSON.stringify({ rule: 'cap:daily', until: Date.parse('2027-01-01T08:00:00Z') });
  await insert('timeline', { ...line, at: at(), sequence: 1, status: 'waiting', message: 'Held', version: 1, held });
  const [queuedAt, skippedAt] = [at(), at()];
  const reason = `${email} is suppressed (unsubscribe)`;
  await insert('effects', {
    ...{
      ...of(1n, 8n),
      organization_id: 1n,
      created_at: queuedAt,
      step_index: 0,
      attempt: 1,
      effect_key: 'k8',
      step_id: 'mail',
    },
    ...{ kind: 'email', request: '{}', status: 'skipped', finished_at: skippedAt },
    result: JSON.stringify({ outcome: 'skipped', reason, rule: 'suppression' }),
  });
  await insertSend('k8', { ...of(1n, 8n), status: 'skipped', decision: 'suppressed', rule: 'suppression', reason });
  await insert('timeline', {
    ...line,
    at: skippedAt,
    sequence: 2,
    status: 'skipped',
    message: `Skipped: ${reason}`,
    version: 1,
  });
  const outcome = { organization_id: 1n, version: 1, step_index: 0, mode: 'live' };
  await insert('outcomes', {
    ...of(1n, 8n),
    ...outcome,
    lines: 2,
    ended_at: at(),
    status: 'completed',
    outcome: 'goal:won',
  });
  // The person is held out of the other workflow.
  await insertEnrollment(2n, 16n, { is_holdout: true });
  await insert('outcomes', {
    ...of(2n, 16n),
    ...outcome,
    lines: 0,
    ended_at: at(),
    status: 'holdout',
    outcome: 'holdout',
  });
  const entry = { organization_id: 1n, workflow_id: 2n, mode: 'live', email, lead_ref: 'ref-9' };
  await insert('refused_entries', { ...entry, refused_at: at(), allowed_at: at(), version: 1, reason: 're_entry' });
  await insert('held_entries', {
    ...{ ...entry, held_at: at(), retry_at: new Date(Date.now() + 60_000), expires_at: new Date(Date.now() + 120_000) },
    ...{ hops: 0, reason: 'quota', timezone: 'UTC', contact: '{}' },
  });
  const event = { organization_id: 1n, accepted_at: at(), event_id: 'evt_1' };
  await insert('event_contacts', { ...event, mode: 'live', contact_key: digestOf(emailKey), event_name: 'order.paid' });
  const answers = JSON.stringify({ started: [[1, 8]], not_started: { filter: [1, 2], paused: [1], re_entry: [2] } });
  await insert('event_answers', { ...event, part: 1, mode: 'live', answers });
  // Mails to the person from other people's enrollments.
  await insertSend('k90', { ...of(1n, 90n), status: 'sent', decision: 'sent' });
  await insertSend('k91', { ...of(1n, 91n), status: 'held', decision: 'held', rule: 'min_gap', reason: 'too soon' });
  await insertSend('k92', { ...of(1n, 92n), status: 'sending' });
  await insert('suppressions', {
    ...{
      organization_id: 1n,
      mode: 'live',
      email,
      channel: 'email',
      reason: 'unsubscribe',
      source: 'link',
      created_at: at(),
    },
  });

  const all = [
    'suppressed unsubscribe',
    'held min_gap min_gap 1',
    'sent sent 1',
    'refused filter 2',
    'refused filter 1',
    'refused paused 1',
    'held quota quota 2',
    'refused re_entry 2',
    'refused holdout 2',
    'ended goal:won 1',
    'suppressed unsubscribe suppression 1',
    'held cap:daily 1',
    'started enrolled 1',
  ];
  expect((await told()).toSorted()).toEqual(all.toSorted());
  const told1 = await told({ workflowId: 2n });
  expect(told1).toEqual([
    'suppressed unsubscribe',
    'refused filter 2',
    'held quota quota 2',
    'refused re_entry 2',
    'refused holdout 2',
  ]);
  expect(await told({ email: undefined, leadRef: 'ref-9' })).toEqual(['held quota quota 2', 'refused re_entry 2']);
  expect(await told({ email: undefined, leadRef: 'ref-8' })).toHaveLength(5);
  for (const other of [
    { organizationId: 2n },
    { mode: 'test' as const },
    { email: 'adam@example.com' },
    { email: '%' },
  ]) {
    expect(await told(other)).toEqual([]);
  }
});

/** Number of enrollments of the person in each workflow. Together they are more than one read takes. */
const perWorkflow = 1_300;

test('a person with thousands of enrollments gets every answer once, newest first, those of deleted workflows too', async () => {
  const workflows = [101n, 102n];
  for (const [place, id] of workflows.entries()) {
    const state = place === 0 ? 'active' : 'deleted';
    await insert('lanes', {
      ...{ workflow_id: id, organization_id: 1n, sequence: 1n, version: 1, state, name: 'W', mode: 'live' },
    });
  }
  const many = 'many@example.com';
  await insertMany(workflows, many);
  const { rows: expected } = await sql<{ answer: string }>`
    select concat(e.id, ' started') as answer from enrollments as e where email = ${many}
    union all
    select concat(enrollment_id, ' ended') from outcomes where workflow_id = any(${workflows}::bigint[])`.execute(
    db.kysely,
  );
  const asked = { ...person, email: many };
  const collected: string[] = [];
  const times: number[] = [];
  let after: Place | undefined;
  do {
    const limit = 1_000;
    const answers = await readPage(asked, { after, limit });
    const shown = answers.slice(0, limit);
    collected.push(...shown.map(({ row }) => `${row.enrollmentId} ${row.decision}`));
    times.push(...shown.map(({ row }) => row.at.getTime()));
    after = answers.length > limit ? shown.at(-1)?.place : undefined;
  } while (after !== undefined);
  expect(times).toEqual(times.toSorted((a, b) => b - a));
  expect(collected.toSorted()).toEqual(expected.map(({ answer }) => answer).toSorted());
});

/** Inserts enrollments that entered one after another and ran for different times; every fifth still runs. */
async function insertMany(workflows: readonly bigint[], address: string): Promise<void> {
  await sql`select setseed(${(seed % 1_000) / 1_000})`.execute(db.kysely);
  await sql`
    insert into enrollments (
      workflow_id, id, organization_id, created_at, key, version, is_holdout, mode, timezone, email, contact)
    select workflow_id, 1000 + place * ${perWorkflow}::int + n, 1, now() - n * interval '40 minutes', gen_random_uuid(), 1, false, 'live', 'UTC',
      ${address}, '{}'
    from unnest(${workflows}::bigint[]) with ordinality as workflow (workflow_id, place)
    cross join generate_series(1, ${perWorkflow}::int) as n`.execute(db.kysely);
  const own = sql`from enrollments where workflow_id = any(${workflows}::bigint[])`;
  await sql`
    insert into enrollment_search (workflow_id, block, text)
    select workflow_id, id >> 3, repeat(chr(30), (id & 7)::int) || chr(10) || email ${own}`.execute(db.kysely);
  await sql`
    insert into outcomes (workflow_id, enrollment_id, organization_id, version, step_index, lines, mode, ended_at, status)
    select workflow_id, id, 1, 1, 0, 0, mode, least(now(), created_at + random() * random() * interval '40 days'), 'completed'
    ${own} and id % 5 <> 0`.execute(db.kysely);
  await sql`
    insert into runs (workflow_id, enrollment_id, organization_id, next_run_at, updated_at, entered_at, version, mode)
    select workflow_id, id, 1, now() + interval '1 day', now(), now(), 1, mode ${own} and id % 5 = 0`.execute(
    db.kysely,
  );
}
