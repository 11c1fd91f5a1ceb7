import { eventually } from '@drippulse/testing';
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { sql } from 'kysely';
import { readBudgets } from '../src/ledger/budgets.ts';
import { drawShare } from '../src/ledger/draw.ts';
import { type Reservation, reserve, settle } from '../src/ledger/spend.ts';
import { sweep } from '../src/ledger/sweep.ts';
import type { Window } from '../src/ledger/windows.ts';
import { editor, type Harness, reasonOf, startHarness, stranger } from './harness.ts';

let harness: Harness;
beforeAll(async () => {
  harness = await startHarness();
});
afterAll(() => harness.stop());

const admin = { ...editor, role: 'admin' as const };
const createdAt = new Date();
const endsAt = new Date(createdAt.getTime() + 86_400_000);
const call = (executionId: bigint, attempt = 1) => ({ createdAt, executionId, seq: 1, attempt });
const ask = (windows: readonly Window[], amountPicoUsd = 10n, more: Partial<Reservation> = {}): Reservation => ({
  spender: { organizationId: 1n, agentId: 1n, workflowId: null },
  ...{ kind: 'execute', model: 'm', windows, amountPicoUsd, leaseSeconds: 60, basis: { bytes: 1 }, isSent: true },
  ...more,
});
const limited = (key: string, limitPicoUsd: bigint | null): Window => ({
  ...{ scope: 'organization_day', key, limitPicoUsd, isDrawn: false, endsAt, resets: true },
});
const settled = (state: 'settled' | 'released' | 'overrun', chargePicoUsd: bigint) => ({ state, chargePicoUsd });

async function windowOf(key: string) {
  const row = await harness.db.kysely
    .selectFrom('spend_windows')
    .selectAll()
    .where('key', '=', key)
    .executeTakeFirstOrThrow();
  return [row.reserved_pico_usd, row.spent_pico_usd, row.assumed_pico_usd, row.overrun_pico_usd];
}

const fullKey = async (asked: ReturnType<typeof reserve>) => (await asked)?.window.key;

test('of 200 at once with room for 37, exactly 37 are reserved, in every window or in none', async () => {
  const db = harness.connect(16).kysely;
  const windows = [limited('race:organization', 370n), limited('race:agent', null), limited('race:day', 5_000n)];
  // Half of the calls name the windows in the opposite order.
  const answers = await Promise.all(
    Array.from({ length: 200 }, (_, n) => {
      const turned = n % 2 === 0 ? windows : [...windows].reverse();
      return fullKey(reserve(db, call(BigInt(n)), ask(turned)));
    }),
  );
  expect(answers.filter((full) => full === undefined)).toHaveLength(37);
  expect(new Set(answers)).toEqual(new Set([undefined, 'race:organization']));
  for (const { key } of windows) expect(await windowOf(key)).toEqual([370n, 0n, 0n, 0n]);
});

test('another organization reserves, and is swept, while one has its windows locked', async () => {
  const { kysely } = harness.db;
  const theirs = { spender: { organizationId: 2n, agentId: 2n, workflowId: null } };
  await reserve(kysely, call(1_000n), ask([limited('locked:1', 100n)], 10n, { leaseSeconds: 0 }));
  await kysely.transaction().execute(async (trx) => {
    await sql`select from spend_windows where key = 'locked:1' for update`.execute(trx);
    const own = harness.connect(1).kysely;
    const asked = ask([limited('locked:2', 100n)], 10n, { ...theirs, leaseSeconds: 0 });
    expect(await reserve(own, call(1_001n), asked)).toBeUndefined();
    await eventually(async () => {
      await sweep(own, 10);
      expect(await windowOf('locked:2')).toEqual([0n, 10n, 10n, 0n]);
    });
  });
});

test('the same attempt reserves once, and a settlement counts once', async () => {
  const { kysely } = harness.db;
  const window = [limited('once', 100n)];
  for (let n = 0; n < 3; n += 1) await reserve(kysely, call(2_000n), ask(window));
  expect(await windowOf('once')).toEqual([10n, 0n, 0n, 0n]);
  expect(await settle(kysely, call(2_000n), settled('settled', 4n))).toBe(true);
  expect(await settle(kysely, call(2_000n), settled('settled', 9n))).toBe(false);
  expect(await windowOf('once')).toEqual([0n, 4n, 0n, 0n]);
  expect(await settle(kysely, call(2_001n), settled('settled', 9n))).toBe(false);
});

test('a process that died is assumed to have spent it all, until a late answer corrects it', async () => {
  const { kysely } = harness.db;
  const window = [limited('dead', 25n)];
  await reserve(kysely, call(3_000n), ask(window, 20n, { leaseSeconds: 0 }));
  await eventually(async () => {
    await sweep(kysely, 10);
    expect(await windowOf('dead')).toEqual([0n, 20n, 20n, 0n]);
  });
  // The unknown outcome counts as spent.
  expect(await fullKey(reserve(kysely, call(3_001n), ask(window)))).toBe('dead');
  expect(await settle(kysely, call(3_000n), settled('settled', 3n))).toBe(true);
  expect(await windowOf('dead')).toEqual([0n, 3n, 0n, 0n]);
  expect(await reserve(kysely, call(3_001n), ask(window))).toBeUndefined();
});

test('a reservation that cannot be settled stops no other', async () => {
  const { kysely } = harness.db;
  // Corrupts the window, whose reserved sum is then less than its reservation.
  await reserve(kysely, call(3_400n), ask([limited('bad', 100n)], 20n, { leaseSeconds: 0 }));
  await sql`update spend_windows set reserved_pico_usd = 0 where key = 'bad'`.execute(kysely);
  await reserve(kysely, call(3_401n), ask([limited('good', 100n)], 20n, { leaseSeconds: 0 }));
  await eventually(async () => {
    // Sweeps one reservation at a time. If the first reservation were not deferred, it would block the others.
    await sweep(kysely, 1);
    expect(await windowOf('good')).toEqual([0n, 20n, 20n, 0n]);
  });
  expect(await windowOf('bad')).toEqual([0n, 0n, 0n, 0n]);
  // The unsettled reservation is repaired by hand, and then settled like any other.
  await sql`update spend_windows set reserved_pico_usd = 20 where key = 'bad'`.execute(kysely);
  await sql`update reservations set lease_until = clock_timestamp() where execution_id = 3400`.execute(kysely);
  await eventually(async () => {
    await sweep(kysely, 10);
    expect(await windowOf('bad')).toEqual([0n, 20n, 20n, 0n]);
  });
});

test('what a dead process had reserved and not sent is given back, and may be reserved anew', async () => {
  const { kysely } = harness.db;
  const window = [limited('unsent', 25n)];
  const asked = ask(window, 20n, { leaseSeconds: 0, isSent: false });
  await reserve(kysely, call(3_500n), asked);
  await eventually(async () => {
    await sweep(kysely, 10);
    expect(await windowOf('unsent')).toEqual([0n, 0n, 0n, 0n]);
  });
  expect(await reserve(kysely, call(3_500n), { ...asked, isSent: true, leaseSeconds: 60 })).toBeUndefined();
  expect(await windowOf('unsent')).toEqual([20n, 0n, 0n, 0n]);
});

test('a failure for free gives the room back, and an overrun is in full and refuses its model until it is acknowledged', async () => {
  const { kysely } = harness.db;
  const window = [limited('both', 20n)];
  await reserve(kysely, call(4_000n), ask(window, 20n));
  await settle(kysely, call(4_000n), settled('released', 0n));
  await reserve(kysely, call(4_001n), ask(window, 20n, { model: 'odd' }));
  await settle(kysely, call(4_001n), settled('overrun', 90n));
  expect(await windowOf('both')).toEqual([0n, 90n, 0n, 70n]);
  expect(await fullKey(reserve(kysely, call(4_002n), ask(window, 1n)))).toBe('both');
  const { agentBudgets } = await harness.budgets(admin).getAgentBudgets({});
  expect(agentBudgets?.overruns).toMatchObject([{ model: 'odd', executionId: 4_001n }]);
  expect(
    await reasonOf(harness.budgets({ ...stranger, role: 'admin' }).acknowledgeAgentOverrun({ model: 'odd' })),
  ).toBe('agent_overrun_not_found');
  const after = await harness.budgets(admin).acknowledgeAgentOverrun({ model: 'odd' });
  expect(after.agentBudgets?.overruns).toEqual([]);
});

test('a limit that was lowered counts from the next reservation', async () => {
  const { kysely } = harness.db;
  await reserve(kysely, call(5_000n), ask([limited('lowered', 100n)], 50n));
  expect(await fullKey(reserve(kysely, call(5_001n), ask([limited('lowered', 55n)])))).toBe('lowered');
  expect(await fullKey(reserve(kysely, call(5_002n), ask([limited('lowered', 0n)], 1n)))).toBe('lowered');
});

test('organizations draw the day of the installation in tranches, whose sum never exceeds it', async () => {
  const db = harness.connect(8).kysely;
  const day = new Date('2031-01-01T00:00:00Z');
  const share = (n: number): Window => ({ ...limited(`share:${n}`, null), isDrawn: true });
  const asked = Array.from({ length: 60 }, async (_, n) => {
    const own = share(n % 6);
    for (;;) {
      if ((await fullKey(reserve(db, call(BigInt(6_000 + n)), ask([own], 30n)))) === undefined) return 1;
      const o = { organizationId: 1n, key: own.key, day, endsAt, amountPicoUsd: 30n, limitPicoUsd: 1_000n };
      if (!(await drawShare(db, o))) return 0;
    }
  });
  const got = (await Promise.all(asked)).reduce<number>((sum, one) => sum + one, 0);
  const { drawn_pico_usd: drawn } = await db
    .selectFrom('installation_days')
    .selectAll()
    .where('day', '=', day)
    .executeTakeFirstOrThrow();
  expect(drawn).toBeLessThanOrEqual(1_000n);
  expect(got * 30).toBeLessThanOrEqual(Number(drawn));
  // No call is refused as long as there is room for one more.
  expect(got).toBe(33);
});

test('what a draw takes beyond its need shrinks with what is left, so that idle shares keep little of it', async () => {
  const db = harness.connect(1).kysely;
  const day = new Date('2031-01-02T00:00:00Z');
  const drawn: bigint[] = [];
  for (let n = 0; n < 250; n += 1) {
    const o = { organizationId: BigInt(n), key: `idle:${n}`, day, endsAt, amountPicoUsd: 1n, limitPicoUsd: 1_000_000n };
    expect(await drawShare(db, o)).toBe(true);
    const row = await db
      .selectFrom('spend_windows')
      .select('limit_pico_usd')
      .where('key', '=', o.key)
      .executeTakeFirstOrThrow();
    drawn.push(row.limit_pico_usd ?? 0n);
  }
  expect(drawn[0]).toBe(10_000n);
  expect(drawn.at(-1)).toBeLessThan(1_000n);
});

test('limits are set by administrators, null takes the default, and days are those of the organization', async () => {
  const budgets = harness.budgets(admin);
  const first = (await budgets.getAgentBudgets({})).agentBudgets;
  expect(first).toMatchObject({ dailyUsd: 25, timezone: 'UTC' });
  const mask = (...paths: string[]) => ({ updateMask: { paths } });
  const changed = await budgets.updateAgentBudgets({
    ...mask('daily_usd', 'monthly_usd'),
    dailyUsd: 3.5,
    monthlyUsd: 40,
  });
  expect(changed.agentBudgets).toMatchObject({ dailyUsd: 3.5, monthlyUsd: 40 });
  expect(changed.agentBudgets?.revision).toBeGreaterThan(first?.revision ?? 0n);
  expect((await budgets.getAgentBudgets({})).agentBudgets?.revision).toBe(changed.agentBudgets?.revision);
  const back = await budgets.updateAgentBudgets(mask('daily_usd'));
  expect(back.agentBudgets).toMatchObject({ dailyUsd: 25, monthlyUsd: 40 });
  // Reading a time zone again does not count as a write of the limits.
  await harness.db.kysely
    .updateTable('agent_budgets')
    .set({ timezone_read_at: new Date(0) })
    .execute();
  expect((await budgets.getAgentBudgets({})).agentBudgets?.revision).toBe(back.agentBudgets?.revision);
  await expect(budgets.updateAgentBudgets({ ...mask('daily_usd'), dailyUsd: -1 })).rejects.toThrow();
  await expect(budgets.updateAgentBudgets({ ...mask('daily_usd'), dailyUsd: 0.0000001 })).rejects.toThrow();
  const theirs = harness.budgets({ ...stranger, role: 'admin' });
  expect((await theirs.getAgentBudgets({})).agentBudgets).toMatchObject({ dailyUsd: 25, timezone: 'Asia/Tokyo' });
  const { day } = await readBudgets(harness.db.kysely, 2n);
  expect(day.start.getUTCHours()).toBe(15);
});

test('the month of a plan is what its window has spent', async () => {
  const { kysely } = harness.db;
  await harness.entitle({ llm_cost_usd: 2_000_000 });
  const { planMonth, planPicoUsd } = await readBudgets(kysely, 1n);
  expect(planPicoUsd).toBe(2_000_000_000_000n);
  const window = limited(`plan:1:${planMonth.start.toISOString().slice(0, 7)}`, planPicoUsd);
  await reserve(kysely, call(7_000n), ask([window], 1_500_000n));
  await settle(kysely, call(7_000n), settled('settled', 1_200_001n));
  expect(await harness.usage('llm_cost_usd')).toMatchObject({ used: 2n, limit: 2_000_000n });
});
