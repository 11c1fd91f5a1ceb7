import { Mode } from '@drippulse/proto/drippulse/rest/v1/mode_pb';
import { eventually } from '@drippulse/testing';
import { afterAll, beforeAll, beforeEach, expect, test } from '@jest/globals';
import { sql } from 'kysely';
import type { FaultPoint } from '../src/fault-points.ts';
import { type Harness, startHarness } from './harness.ts';

const dayMs = 86_400_000;
const kathmandu = 2n;
const newYork = 3n;

let harness: Harness;
/** Called at the fault points of the next batch. */
let fault: ((point: FaultPoint) => void) | undefined;
beforeAll(async () => {
  const timezones = new Map([
    [kathmandu, 'Asia/Kathmandu'],
    [newYork, 'America/New_York'],
  ]);
  harness = await startHarness({ timezones, overrides: { fault: async (point) => fault?.(point) } });
});
afterAll(() => harness.stop());
beforeEach(async () => {
  await sql`truncate facts, rollup_quarters, rollup_days, stale_days`.execute(harness.db.kysely);
});

type Total = { at: string; kind: number; mode: string; count: number };

/** Reads the totals of an organization over all workflows, in order. */
async function totals(table: 'rollup_quarters' | 'rollup_days', organizationId = 1n): Promise<Total[]> {
  const rows = await harness.db.kysely
    .selectFrom(table)
    .select(['at', 'kind', 'mode', 'count'])
    .where('organization_id', '=', organizationId)
    .where('dimension', '=', 0)
    .where('workflow_id', '=', 0n)
    .orderBy('at')
    .orderBy('kind')
    .orderBy('mode')
    .execute();
  return rows.map((row) => ({ ...row, at: row.at.toISOString(), count: Number(row.count) }));
}

test('late events of an organization that was deleted are left out, and stop nobody', async () => {
  const late = new Date(Date.now() - 40 * dayMs);
  const organizationId = 40n;
  await harness.enrollment('started', { organizationId });
  await harness.stored(1);
  for (const table of ['facts', 'rollup_quarters', 'rollup_days', 'organizations'] as const) {
    await harness.db.kysely.deleteFrom(table).where('organization_id', '=', organizationId).execute();
  }
  harness.deleted.add(organizationId);
  await harness.enrollment('started', { organizationId, at: late });
  await harness.enrollment('started', { organizationId, at: late });
  await harness.enrollment('started', { at: late });
  await harness.stored(1);
  await eventually(async () => expect((await totals('rollup_days')).length).toBe(1));
  expect(await totals('rollup_quarters', organizationId)).toEqual([]);
});

test('an event counts once in its quarter hour and its day, however often it comes', async () => {
  const at = new Date(Math.floor(Date.now() / dayMs) * dayMs + 7 * 60_000);
  const id = await harness.enrollment('started', { at });
  await harness.enrollment('started', { at, id });
  await harness.enrollment('started', { at: new Date(at.getTime() + 10 * 60_000), mode: Mode.TEST });
  await harness.stored(2);
  const day = new Date(at.getTime() - 7 * 60_000).toISOString();
  const next = new Date(at.getTime() + 8 * 60_000).toISOString();
  expect(await totals('rollup_quarters')).toEqual([
    { at: day, kind: 1, mode: 'live', count: 1 },
    { at: next, kind: 1, mode: 'test', count: 1 },
  ]);
  expect(await totals('rollup_days')).toEqual([
    { at: day, kind: 1, mode: 'live', count: 1 },
    { at: day, kind: 1, mode: 'test', count: 1 },
  ]);
});

test('an enrollment that a goal ended is completed and has exited', async () => {
  const at = new Date();
  const createdAt = new Date(at.getTime() - 60_000);
  await harness.enrollment('completed', { at, createdAt });
  await harness.enrollment('completed', { at, createdAt, outcome: 'goal:paid' });
  await harness.stored(3);
  const days = await totals('rollup_days');
  expect(days.map(({ kind, count }) => [kind, count])).toEqual([
    [2, 2],
    [5, 1],
  ]);
});

test.each<FaultPoint>(['before-facts-commit', 'after-facts-commit'])(
  'a batch that breaks off %s is handled again, and counts once',
  async (where) => {
    let breaks = 1;
    fault = (point) => {
      if (point === where && breaks-- > 0) throw new Error('broken off');
    };
    const at = new Date();
    for (const _ of [1, 2, 3]) await harness.enrollment('started', { at });
    await eventually(() => expect(breaks).toBeLessThan(0));
    await harness.stored(3);
    fault = undefined;
    expect((await totals('rollup_days')).map(({ count }) => count)).toEqual([3]);
  },
);

test('events of 40 days ago are counted on their day, also when it is counted for the second time', async () => {
  const at = new Date(Date.now() - 40 * dayMs);
  for (const count of [1, 2]) {
    await harness.enrollment('failed', { at });
    await harness.stored(count);
    const day = `${at.toISOString().slice(0, 10)}T00:00:00.000Z`;
    expect(await totals('rollup_days')).toEqual([{ at: day, kind: 3, mode: 'live', count }]);
    expect((await totals('rollup_quarters')).map((quarter) => quarter.count)).toEqual([count]);
  }
});

test('days begin at midnight of the zone of the organization, and may have 25 hours', async () => {
  const midnightInKathmandu = Math.floor(Date.now() / dayMs) * dayMs - 7 * dayMs + (18 * 60 + 15) * 60_000;
  const midnightInNewYork = clocksGoBack().getTime() - 2 * 3_600_000;
  const moments = [
    { organizationId: kathmandu, midnight: midnightInKathmandu, hours: 24 },
    { organizationId: newYork, midnight: midnightInNewYork, hours: 25 },
  ];
  for (const { organizationId, midnight, hours } of moments) {
    const next = midnight + hours * 3_600_000;
    for (const at of [midnight - 1, midnight, next - 1, next]) {
      await harness.enrollment('started', { at: new Date(at), organizationId });
    }
  }
  await harness.stored(8);
  for (const { organizationId, midnight, hours } of moments) {
    const days = await totals('rollup_days', organizationId);
    expect(days.map(({ at, count }) => [at, count])).toEqual([
      [new Date(midnight - dayMs).toISOString(), 1],
      [new Date(midnight).toISOString(), 2],
      [new Date(midnight + hours * 3_600_000).toISOString(), 1],
    ]);
  }
});

/** Returns the last time at which clocks went back in New York: 06:00Z on the first Sunday of November. */
function clocksGoBack(): Date {
  const inYear = (year: number) => {
    const first = new Date(Date.UTC(year, 10, 1, 6));
    return new Date(first.getTime() + ((7 - first.getUTCDay()) % 7) * dayMs);
  };
  const year = new Date().getUTCFullYear();
  return inYear(year).getTime() < Date.now() - 2 * dayMs ? inYear(year) : inYear(year - 1);
}
