import { eventually } from '@drippulse/testing';
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { sql } from 'kysely';
import { removeTexts } from '../src/enrollments/search-blocks.ts';
import { blankEnrollments } from '../src/erasures/blank-enrollments.ts';
import { type Harness, startHarness } from './harness.ts';
import { json, makeWorkflow } from './workflow.ts';

let harness: Harness;
beforeAll(async () => {
  harness = await startHarness();
});
afterAll(() => harness.stop());

const people = Array.from({ length: 100 }, (_, n) => ({
  email: `p${n}@x.org`,
  first_name: `Ann${n}`,
  last_name: 'Lee',
}));

async function enroll(contacts: readonly object[]) {
  const { id: workflowId } = await makeWorkflow(harness, [{ type: 'trigger' }]);
  const { enrollmentIds: ids } = await harness.enrollments().bulkEnroll({ workflowId, contacts: json(contacts) });
  const find = async (q: string, more = {}) => {
    const found = await harness.enrollments().listEnrollments({ workflowId, q, ...more });
    expect(found.totalCount).toBe(BigInt(found.enrollments.length));
    return found.enrollments.map(({ id }) => ids.indexOf(id));
  };
  return { workflowId, ids, find };
}

/** Returns the number of rows of a workflow that contain a text. */
async function holding(workflowId: bigint, text: string): Promise<number> {
  const { rows } = await sql<{ count: number }>`
    select (select count(*) from enrollments where workflow_id = ${workflowId} and enrollments::text like ${`%${text}%`})::int
      + (select count(*) from enrollment_search where workflow_id = ${workflowId} and text like ${`%${text}%`})::int
      as count`.execute(harness.db);
  return rows[0]?.count ?? 0;
}

test('of many that came together each is found by its own text alone, the newest first', async () => {
  const { workflowId, find } = await enroll(people);
  for (const n of [0, 1, 15, 16, 50, 99]) expect(await find(`p${n}@x`)).toEqual([n]);
  expect(await find('ann9')).toEqual([99, 98, 97, 96, 95, 94, 93, 92, 91, 90, 9]);
  expect(await find('p7')).toEqual([79, 78, 77, 76, 75, 74, 73, 72, 71, 70, 7]);
  expect(await find('lee\nann')).toEqual([]);
  const { rows } = await sql<{ texts: number }>`
    select count(*)::int as texts from enrollment_search where workflow_id = ${workflowId}`.execute(harness.db);
  expect(rows[0]?.texts).toBeLessThanOrEqual(14);
});

test('one that came by itself, and one without a text among others, are found as they are', async () => {
  const alone = await enroll(people.slice(0, 1));
  expect(await alone.find('ann0')).toEqual([0]);
  const some = await enroll(people.map((person, n) => (n % 4 === 3 ? { lead_ref: `r${n}` } : person)));
  expect(await some.find('lee')).toEqual(people.flatMap((_, n) => (n % 4 === 3 ? [] : [n])).reverse());
});

test('those of a block that are removed at once leave no text behind, and the others are found still', async () => {
  const { workflowId, ids, find } = await enroll(people);
  const gone = [17, 20, 21, 22, 23, 24, 25, 26];
  await Promise.all(gone.map((n) => harness.enrollments().deleteEnrollment({ workflowId, id: ids[n] ?? 0n })));
  for (const n of gone) expect(await holding(workflowId, `p${n}@x`)).toBe(0);
  expect(await find('lee')).toEqual(people.flatMap((_, n) => (gone.includes(n) ? [] : [n])).reverse());
  expect(await find('p18@x')).toEqual([18]);
});

test('one that is removed while another of its block is leaves no text of either behind', async () => {
  const { workflowId, ids, find } = await enroll(people);
  const first = ids.findIndex((id) => id % 8n === 0n);
  const [earlier = 0n, later = 0n] = ids.slice(first);
  const removal = await harness.db.transaction().execute(async (trx) => {
    await removeTexts(trx, { workflowId, ids: [earlier] });
    const deletion = harness.enrollments().deleteEnrollment({ workflowId, id: later });
    await eventually(async () => {
      const { rows } = await sql`
        select from pg_stat_activity where datname = current_database() and wait_event_type = 'Lock'`.execute(
        harness.db,
      );
      expect(rows).toHaveLength(1);
    });
    return [deletion];
  });
  await Promise.all(removal);
  expect(await find(`p${first}@x`)).toEqual([]);
  for (const n of [first, first + 1]) {
    const { rows } = await sql`
      select from enrollment_search where workflow_id = ${workflowId} and text like ${`%p${n}@x%`}`.execute(harness.db);
    expect(rows).toEqual([]);
  }
  expect(await find(`p${first + 2}@x`)).toEqual([first + 2]);
});

test('whom an erasure empties is found no more, and nowhere in the texts of others', async () => {
  const { workflowId, ids, find } = await enroll(people);
  await harness.db.transaction().execute((trx) => {
    return blankEnrollments(trx, { workflowId, ids: [ids[31] ?? 0n, ids[40] ?? 0n], refs: [] }, new Date());
  });
  for (const n of [31, 40]) expect(await holding(workflowId, `ann${n}`)).toBe(0);
  expect(await find('ann3')).toEqual([39, 38, 37, 36, 35, 34, 33, 32, 30, 3]);
});
