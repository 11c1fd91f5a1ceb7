import { createSealer } from '@drippulse/db';
import { eventually, findTexts } from '@drippulse/testing';
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import pg from 'pg';
import { packErasureInput } from '../src/erasures/erasure-job.ts';
import { type Harness, startHarness } from './harness.ts';
import { json, makeWorkflow, parsed } from './workflow.ts';

/** Nobody tells the loops of jobs of what a test inserts: they look every 10 s at least. */
const patience = { timeoutMs: 25_000 };

let harness: Harness;
let client: pg.Client;
beforeAll(async () => {
  harness = await startHarness();
  client = new pg.Client({ connectionString: harness.url, options: '-c search_path=enrollments' });
  await client.connect();
});
afterAll(async () => {
  await client.end();
  await harness.stop();
});

/** More than a block has, by names that nobody else has. */
async function enroll(prefix: string) {
  const people = Array.from({ length: 20 }, (_, n) => ({
    first_name: `${prefix}${n}x`,
    email: `${prefix}${n}x@x.org`,
  }));
  const log = { type: 'log', message: 'Hello {{ first_name }}' };
  const { id: workflowId } = await makeWorkflow(harness, [{ type: 'trigger' }, log, log]);
  const { enrollmentIds: ids } = await harness.enrollments().bulkEnroll({ workflowId, contacts: json(people) });
  const found = async () => {
    const { enrollments } = await harness.enrollments().listEnrollments({ workflowId, q: prefix });
    return enrollments.map(({ id }) => ids.indexOf(id)).reverse();
  };
  return { workflowId, ids, found, people };
}

/** All of some blocks and parts of others, wherever they begin. */
const gone = [2, 3, 4, 5, 6, 7, 8, 9, 10, 15];
const others = Array.from({ length: 20 }, (_, n) => n).filter((n) => !gone.includes(n));

const traces = (prefix: string, numbers: readonly number[], except: readonly string[] = []) =>
  findTexts(
    client,
    numbers.map((n) => `${prefix}${n}x`),
    ['events.embedded_log.value', 'enrollments.outbox.frame', ...except],
  );

test('whom a process of the former release removes leaves nothing in what others of its block are found by', async () => {
  const { workflowId, ids, found } = await enroll('removed');
  for (const n of gone) {
    await client.query('delete from "enrollments" where "workflow_id" = $1 and "id" = $2', [workflowId, ids[n]]);
  }
  // The timeline of one who was removed stays.
  const timeline = ['timeline', 'timeline_p0', 'timeline_lines'].flatMap((name) =>
    ['message', 'following'].map((column) => `enrollments.${name}.${column}`),
  );
  expect(await traces('removed', gone, timeline)).toEqual([]);
  expect(await found()).toEqual(others);
});

test('whom a process of the former release erases is found nowhere, and the others of the block still are', async () => {
  const { workflowId, ids, found, people } = await enroll('erased');
  const erased = gone.map((n) => ids[n]);
  await client.query(
    `update enrollments set contact = '{}', email = null, first_name = null, last_name = null, search = null,
      lead_ref = case when lead_ref = any($1) then lead_ref end, erased_at = $2
    where workflow_id = $3 and id = any($4::bigint[])`,
    [[], new Date(), workflowId, erased],
  );
  await client.query(
    `update timeline set message = $1, error = case when error is not null then $2 end,
      output = null
    where enrollment_id = any($3::bigint[])`,
    ['Erased', 'Erased', erased],
  );
  expect(await traces('erased', gone)).toEqual([]);
  expect(await found()).toEqual(others);
  const shown = async (n: number) => {
    const { enrollment } = await harness.enrollments().getEnrollment({ workflowId, id: ids[n] ?? 0n });
    return { contact: parsed(enrollment?.contact), lines: enrollment?.actionTimeline?.map(({ message }) => message) };
  };
  expect(await shown(2)).toEqual({ contact: {}, lines: ['Erased', 'Erased', 'Erased'] });
  expect(await shown(0)).toEqual({
    contact: people[0],
    lines: [expect.any(String), 'Hello erased0x', 'Hello erased0x'],
  });
});

test('whom a process of the former release did not find to erase is found by one of this release', async () => {
  const { found } = await enroll('missed');
  const sealer = createSealer(harness.config.encryptionKeys);
  const input = packErasureInput(sealer, {
    contactId: 'missed',
    refs: [],
    emails: gone.map((n) => `missed${n}x@x.org`),
  });
  const add = `insert into jobs (organization_id, kind, input, total) values ($1, $2, $3::json, $4) returning id`;
  await client.query('begin');
  const { rows } = await client.query(add, [1n, 'erasure', input, 0n]);
  await client.query(`update jobs set status = 'completed', input = '{}' where id = $1`, [rows[0].id]);
  await client.query('commit');
  await eventually(async () => expect(await traces('missed', gone)).toEqual([]), patience);
  expect(await found()).toEqual(others);

  // What it leaves is gone through to the end, so that the addresses go.
  await client.query(add, [1n, 'erasure', input, 0n]);
  await eventually(async () => {
    await client.query(`update jobs set wake_at = now() where cursor is not null`);
    const { rows: jobs } = await client.query(
      `select from jobs where status <> 'completed' or input->>'emails' is not null`,
    );
    expect(jobs).toEqual([]);
  }, patience);
}, 60_000);
