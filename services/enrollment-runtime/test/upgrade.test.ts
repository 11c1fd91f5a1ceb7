import { migrate } from '@drippulse/db';
import { createTestDatabase, eventually, findTexts } from '@drippulse/testing';
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import pg from 'pg';
import { blankEnrollments } from '../src/erasures/blank-enrollments.ts';
import { migrations } from '../src/migrate.ts';
import { type Harness, migrateAll, startHarness } from './harness.ts';
import { json, workflowOf } from './workflow.ts';

const workflow = workflowOf([
  { type: 'trigger' },
  { type: 'log', message: 'Hello' },
  { type: 'wait', duration: 300, unit: 'days' },
  { type: 'log', message: 'Still there' },
  { type: 'log', message: 'Goodbye' },
]);
const workflowId = workflow.id;
/** They ended 200 days ago, and their partition has its last id. */
const old = Array.from({ length: 100 }, (_, n) => BigInt(n + 1));
const [copied, uncopied, erased, recent] = [101n, 102n, 103n, 104n];
const living = [copied, uncopied, erased];
const dayMs = 24 * 60 * 60_000;
/** What is replaced rests nine times as long as it works, and longer once it had to leave the table to others. */
const patience = { timeoutMs: 45_000 };

let harness: Harness;
let client: pg.Client;
beforeAll(async () => {
  const database = await createTestDatabase({ name: 'upgrade' });
  client = new pg.Client({ connectionString: database.url, options: '-c search_path=enrollments' });
  await client.connect();
  await fillFormerRelease(database.url);
  await migrateAll(database.url);
  harness = await startHarness({ start: false, database });
});
afterAll(async () => {
  await client.end();
  await harness.stop();
});

/** What the release before rows of several lines and blocks wrote, which has begun to replace a partition. */
async function fillFormerRelease(url: string): Promise<void> {
  const former = Object.entries(migrations).filter(([name]) => name < '2026-11-26');
  await migrate({ url, schema: 'enrollments', migrations: Object.fromEntries(former) });
  const steps = Buffer.from(workflow.steps).toString();
  await client.query(`insert into workflow_versions (workflow_id, version, steps) values ($1, 1, $2)`, [
    workflowId,
    steps,
  ]);
  await client.query(
    `insert into lanes (workflow_id, organization_id, sequence, version, state, wake_at, name)
    values ($1, 1, 1, 1, 'active', now() + interval '1 day', 'W')`,
    [workflowId],
  );
  await client.query(
    `insert into enrollments (workflow_id, id, organization_id, created_at, key, version, mode, timezone, email,
      first_name, search, contact)
    select $1::bigint, id, 1, now(), gen_random_uuid(), 1, 'live', 'UTC', name || '@x.org', name,
      e'\\n' || name || e'@x.org\\n' || name, json_build_object('email', name || '@x.org', 'first_name', name)
    from (select id, 'ann' || id as name from generate_series(1, 104) as id) as person`,
    [workflowId],
  );
  await client.query(
    `insert into outcomes (workflow_id, enrollment_id, organization_id, ended_at, version, step_index, lines, mode, status)
    select $1, id, 1, now() - case when id = $2 then interval '1 day' else interval '200 days' end, 1, 4, 5, 'live',
      'completed'
    from unnest($3::bigint[]) as id`,
    [workflowId, recent, [...old, recent]],
  );
  await client.query(
    `insert into runs (workflow_id, enrollment_id, organization_id, next_run_at, wake_at, updated_at, version, mode,
      step_index, phase, attempt, lines)
    select $1, id, 1, now() + interval '1 day', now() + interval '1 day', now(), 1, 'live', 2, 'waiting', 0, 3
    from unnest($2::bigint[]) as id`,
    [workflowId, living],
  );
  await client.query(`
    insert into timeline (enrollment_id, sequence, at, step_index, attempt, status, message)
    select id, line, now() - interval '200 days', line - 1, 1, 'succeeded', 'ann' || id || ' line ' || line
    from generate_series(1, 104) as id, generate_series(1, case when id between 101 and 103 then 3 else 5 end) as line`);
  await client.query(`select setval('enrollments_id_seq', 1000000)`);
  await client.query(`
    create table timeline_p0_kept (
      like timeline including all, constraint in_range check (enrollment_id >= 0 and enrollment_id < 1000000)
    )`);
  await client.query(`
    create trigger keep after insert or update on timeline_p0
    for each row execute function keep_timeline('timeline_p0_kept')`);
  await client.query(`insert into timeline_p0_kept select * from timeline_p0 where enrollment_id = $1`, [copied]);
}

const find = async (q: string) =>
  (await harness.enrollments().listEnrollments({ workflowId, q, limit: 200 })).enrollments.map(({ id }) => id);

const linesOf = async (id: bigint) =>
  (await harness.enrollments().getEnrollment({ workflowId, id })).enrollment?.actionTimeline?.map(
    (line) => `${line.id} ${line.message}`,
  );

test('what the former release wrote is found, shown, kept and gone on with', async () => {
  // What is written before the partition is replaced is written into what is kept as well.
  const line = { step_index: 4, attempt: 1, status: 'succeeded' };
  const following = JSON.stringify([{ ...line, message: 'two' }]);
  const written = { ...line, enrollment_id: recent, sequence: 6, at: new Date(), message: 'one', following };
  await harness.db.insertInto('timeline').values(written).execute();
  await harness.db.transaction().execute(async (trx) => {
    await blankEnrollments(trx, { workflowId, ids: [erased], refs: [] }, new Date());
  });

  await harness.startRuntime();
  expect(await find('ann')).toEqual([recent, uncopied, copied, ...old.toReversed()]);
  expect(await find('ann57@x')).toEqual([57n]);
  await eventually(async () => {
    const { rows } = await client.query(`select from pg_class where relname ~ '_(kept|gone)$'`);
    expect(rows).toEqual([]);
  }, patience);
  expect(await linesOf(57n)).toEqual([]);
  const five = [1, 2, 3, 4, 5].map((number) => `${number} ann104 line ${number}`);
  expect(await linesOf(recent)).toEqual([...five, '6 one', '7 two']);
  expect(await findTexts(client, ['ann103'])).toEqual([]);

  harness.pass(2 * dayMs);
  for (const id of [copied, uncopied]) {
    const three = [1, 2, 3].map((number) => `${number} ann${id} line ${number}`);
    await eventually(async () => {
      expect(await linesOf(id)).toEqual([...three, expect.stringMatching(/^4 /), '5 Still there', '6 Goodbye']);
    }, patience);
  }
  expect((await linesOf(erased))?.slice(0, 3)).toEqual(['1 Erased', '2 Erased', '3 Erased']);
}, 120_000);

test('those who enroll and go beside them are found and gone', async () => {
  const people = Array.from({ length: 20 }, (_, n) => ({ email: `anna${n}@x.org`, first_name: 'Anna' }));
  const { enrollmentIds: ids } = await harness.enrollments().bulkEnroll({ workflowId, contacts: json(people) });
  await harness.enrollments().deleteEnrollment({ workflowId, id: 57n });
  const added = ids.toReversed();
  expect(await find('ann')).toEqual(
    [...added, recent, uncopied, copied, ...old.toReversed()].filter((id) => id !== 57n),
  );
  expect(await find('anna7@x')).toEqual([ids[7]]);
  expect(await find('ann57@x')).toEqual([]);
});
