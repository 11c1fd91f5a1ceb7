import { timestampDate } from '@bufbuild/protobuf/wkt';
import { createRandom, testSeed } from '@drippulse/testing/hostile';
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { sql } from 'kysely';
import { endedOn, enrollIn, eventOf, parkContacts, sendEvent, waiting } from './events.ts';
import { type Harness, startHarness } from './harness.ts';
import { makeWorkflow } from './workflow.ts';

const contacts = 30;
const random = createRandom(testSeed('races of events'));

let harness: Harness;
beforeAll(async () => {
  harness = await startHarness();
  // Moves and requests come from two processes.
  await harness.startRuntime();
});
afterAll(() => harness.stop());

function people(name: string): { email: string }[] {
  return Array.from({ length: contacts }, (_, index) => ({ email: `${name}${index}@example.com` }));
}

test('an event wins against the timeout if and only if it was accepted before it', async () => {
  const persons = people('timeout');
  const { workflowId, ids } = await parkContacts(harness, waiting({ event_name: 'race.timeout' }), persons);
  const rows = await harness.db
    .selectFrom('waits')
    .select(['enrollment_id', 'expires_at'])
    .where('enrollment_id', 'in', ids)
    .execute();
  const endOf = new Map(rows.map((row) => [row.enrollment_id, row.expires_at]));
  const shuffled = ids.map((id, index) => ({ id, index, at: random.below(1_000_000) })).sort((a, b) => a.at - b.at);
  // The waits end between the times of the first and the last event.
  harness.pass(Math.max(...[...endOf.values()].map((end) => end.getTime())) - Date.now() - 60 - random.below(60));
  const events = new Map<bigint, string>();
  for (let start = 0; start < shuffled.length; start += 3) {
    const sent = shuffled.slice(start, start + 3);
    await Promise.all(
      sent.map(async ({ id, index }) => events.set(id, await sendEvent(harness, 'race.timeout', persons[index] ?? {}))),
    );
  }
  harness.pass(1_000);
  const ended = await endedOn(harness, workflowId, ids);
  const expected = await Promise.all(
    ids.map(async (id) => {
      const event = await eventOf(harness, events.get(id) ?? '');
      const isBefore = event.createdAt !== undefined && timestampDate(event.createdAt) < (endOf.get(id) ?? new Date(0));
      expect(event.resumed.map(({ enrollmentId }) => enrollmentId)).toEqual(isBefore ? [id] : []);
      return isBefore ? 'came' : 'late';
    }),
  );
  expect(ended).toEqual(expected);
});

test('no event between the entry and the step is lost, whoever of both comes first', async () => {
  const persons = people('between');
  const { id: workflowId } = await makeWorkflow(harness, waiting({ event_name: 'race.between' }));
  const ids = await Promise.all(
    persons.map(async (person) => {
      const [id = 0n] = await enrollIn(harness, workflowId, [person]);
      for (let turns = random.below(40); turns > 0; turns -= 1) await new Promise(setImmediate);
      await sendEvent(harness, 'race.between', person);
      return id;
    }),
  );
  expect(await endedOn(harness, workflowId, ids)).toEqual(ids.map(() => 'came'));
});

test('the same event sent many times at once starts and resumes once, and has one id', async () => {
  const persons = people('twice').slice(0, 8);
  const { workflowId, ids } = await parkContacts(harness, waiting({ event_name: 'race.twice' }), persons);
  const started = await makeWorkflow(harness, [
    { type: 'trigger', kind: 'event', event_name: 'race.twice' },
    { type: 'wait', duration: 1, unit: 'days' },
  ]);
  const answers = await Promise.all(
    persons.flatMap((person, index) =>
      Array.from({ length: 6 }, () => sendEvent(harness, 'race.twice', person, { key: `twice-${index}` })),
    ),
  );
  expect(new Set(answers).size).toBe(persons.length);
  expect(await endedOn(harness, workflowId, ids)).toEqual(ids.map(() => 'came'));
  const { totalCount } = await harness.enrollments().listEnrollments({ workflowId: started.id });
  expect(totalCount).toBe(BigInt(persons.length));
});

test('events and moves that lock many of the same runs wait for each other in no circle', async () => {
  const persons = people('locks');
  const goals = [{ name: 'seen', event_name: 'race.locks', action: 'count' }];
  const ticks = Array.from({ length: 10 }, (_, index) => ({
    ...{ id: `tick${index}`, type: 'wait', duration: 1, unit: 'seconds' },
  }));
  const again = Array.from({ length: 10 }, (_, index) => ({
    ...{ id: `wait${index}`, type: 'wait_for_event', event_name: 'race.locks', look_back: 'none' },
    ...{ timeout: { duration: 1, unit: 'days' }, on_timeout: 'end' },
  }));
  for (const steps of [ticks, again, ticks]) {
    const { id } = await makeWorkflow(harness, steps, { settings: { goals } });
    await enrollIn(harness, id, persons);
  }
  // A batch updates its runs in the physical order of the table.
  const runs = await harness.db.selectFrom('runs').select('enrollment_id').execute();
  const shuffled = runs
    .map(({ enrollment_id: id }) => ({ id, at: random.below(1_000_000) }))
    .sort((a, b) => a.at - b.at);
  for (const { id } of shuffled) {
    await sql`update runs set updated_at = updated_at where enrollment_id = ${id}`.execute(harness.db);
  }
  // Locking each row takes a while, so that transactions overlap in the middle.
  await sql`create function linger() returns trigger language plpgsql
    as $$ begin perform pg_sleep(0.001); return new; end $$`.execute(harness.db);
  await sql`create trigger linger before update on runs for each row execute function linger()`.execute(harness.db);
  for (let round = 0; round < 6; round += 1) {
    harness.pass(1_000);
    for (let turn = 0; turn < 3; turn += 1)
      await Promise.all(persons.map((person) => sendEvent(harness, 'race.locks', person)));
  }
  // A backend reports its deadlocks when it ends, if it has not reported them before.
  await harness.stopRuntimes();
  const { rows } = await sql<{ deadlocks: bigint }>`
    select deadlocks from pg_stat_database where datname = current_database()`.execute(harness.db);
  expect(Number(rows[0]?.deadlocks)).toBe(0);
});
