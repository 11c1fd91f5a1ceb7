import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { sql } from 'kysely';
import { lineAt, linesOf } from '../src/enrollments/timeline-lines.ts';
import { type Harness, startHarness } from './harness.ts';

let harness: Harness;
beforeAll(async () => {
  harness = await startHarness({ start: false });
});
afterAll(() => harness.stop());

const at = new Date('2026-01-02T03:04:05.678Z');
const shown = { step_index: 0, status: 'succeeded', message: 'Started' };
const first = { ...shown, attempt: 1 };
const following = `[
  {"step_index":1,"attempt":1,"status":"succeeded","message":"a 'b' \\u20ac","error":"no fit"},
  {"step_index":2,"attempt":3,"status":"failed","message":"c","output":{"n":12345678901234567890.10}}]`;

async function insert(id: number, rows: readonly { sequence: number; following: string | null; error?: string }[]) {
  const lines = rows.map((row) => ({ ...first, enrollment_id: BigInt(id), at, duration_ms: 7, version: 1, ...row }));
  await harness.db.insertInto('timeline').values(lines).execute();
}

test('a row gives its lines in order, each as its columns would have it', async () => {
  await insert(1, [
    { sequence: 4, following: null, error: 'x' },
    { sequence: 5, following },
  ]);
  const rows = await harness.db.selectFrom('timeline').selectAll().where('enrollment_id', '=', 1n).execute();
  const columns = { enrollment_id: 1n, at, duration_ms: null, error: null, output: null };
  const lines = [
    { ...columns, ...first, duration_ms: 7, sequence: 4, error: 'x' },
    { ...columns, ...first, duration_ms: 7, sequence: 5 },
    {
      ...{ ...columns, sequence: 6, step_index: 1, attempt: 1, status: 'succeeded' },
      ...{ message: "a 'b' €", error: 'no fit' },
    },
    {
      ...{ ...columns, sequence: 7, step_index: 2, attempt: 3, status: 'failed' },
      ...{ message: 'c', output: '{"n":12345678901234567890.10}' },
    },
  ];
  expect(rows.flatMap(linesOf)).toEqual(lines.map(({ enrollment_id, ...line }) => expect.objectContaining(line)));
  const view = harness.db.selectFrom('timeline_lines').selectAll().where('enrollment_id', '=', 1n);
  expect(await view.orderBy('sequence').execute()).toEqual(lines);
});

test('a line is found by its number, wherever in its row it is', async () => {
  await insert(2, [
    { sequence: 4, following: null, error: 'x' },
    { sequence: 5, following },
  ]);
  const found = async (number: number | null) => {
    const { rows } = await sql`select * from (${lineAt(sql`2`, sql`${number}::int`)}) as line`.execute(harness.db);
    return rows;
  };
  expect(await found(4)).toEqual([{ ...shown, at, error: 'x', held: null }]);
  expect(await found(5)).toEqual([{ ...shown, at, error: null, held: null }]);
  expect(await found(6)).toEqual([
    { at, step_index: 1, status: 'succeeded', message: "a 'b' €", error: 'no fit', held: null },
  ]);
  expect(await found(7)).toEqual([{ at, step_index: 2, status: 'failed', message: 'c', error: null, held: null }]);
  // The row of the line was pruned, so nothing is found, and no error is thrown.
  expect(await found(3)).toEqual([]);
  expect(await found(null)).toEqual([]);
});
