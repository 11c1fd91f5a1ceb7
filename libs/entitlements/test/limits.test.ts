import { create } from '@bufbuild/protobuf';
import { connectDatabase, type Database, retryConflicts } from '@drippulse/db';
import { createEventTables } from '@drippulse/events';
import { EntitlementsSchema, Meter } from '@drippulse/proto/drippulse/entitlements/v1/entitlements_pb';
import { createTestDatabase, somebodyWaits, type TestDatabase } from '@drippulse/testing';
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { sql } from 'kysely';
import { applyEntitlements } from '../src/apply-entitlements.ts';
import { foldUsage } from '../src/fold-usage.ts';
import { addUsage, createUsageTables, findRoom } from '../src/index.ts';
import { readUsage } from '../src/read-usage.ts';

let database: TestDatabase;
let dbs: Database<unknown>[];
beforeAll(async () => {
  database = await createTestDatabase({ name: 'entitlements' });
  const own = { url: database.url, schema: 'public', service: 't', log: { warn: () => undefined }, max: 8 };
  // Each connection simulates a process.
  dbs = [connectDatabase<unknown>(own), connectDatabase<unknown>(own)];
  await createEventTables(db(0).kysely);
  await createUsageTables(db(0).kysely);
});
afterAll(async () => {
  for (const each of dbs) await each.close();
  await database.drop();
});

function db(index: number): Database<unknown> {
  const found = dbs[index % 2];
  if (found === undefined) throw new Error('there are two');
  return found;
}

let organizations = 0n;
const nextOrganization = () => (organizations += 1n);
let time = '2026-11-15T12:00:00Z';
const at = () => sql<Date>`${time}::timestamptz`;
const source = () => ({ meters: ['enrollments', 'emails'] as const, standing: {}, at: at() });

async function apply(organizationId: bigint, sequence: bigint, limit: bigint | undefined, ceiling?: bigint) {
  const limits =
    limit === undefined ? [] : [{ meter: Meter.ENROLLMENTS, limit, ...(ceiling !== undefined && { ceiling }) }];
  const entitlements = create(EntitlementsSchema, { sequence, plan: 'test', limits });
  return db(0)
    .kysely.transaction()
    .execute((trx) => applyEntitlements(trx, { organizationId, entitlements }, source()));
}

/** Uses as much of `count` as the limit allows, and returns the used amount. */
async function use(organizationId: bigint, count: number, process = 0): Promise<number> {
  return retryConflicts(() =>
    db(process)
      .kysely.transaction()
      .execute(async (trx) => {
        const rooms = await findRoom(trx, 'enrollments', [{ organizationId, count }], at());
        const granted = rooms.get(organizationId)?.granted ?? count;
        await addUsage(trx, 'enrollments', [{ organizationId, amount: granted }], at());
        return granted;
      }),
  );
}

async function usageOf(organizationId: bigint) {
  const { usage = [] } = await readUsage(db(1).kysely, organizationId, source(), {});
  const [enrollments] = usage;
  return { used: enrollments?.used, limit: enrollments?.limit };
}

const fold = () => foldUsage({ db: db(0), at, log: console, wakeRelay: () => undefined });

async function thresholdsOf(organizationId: bigint) {
  const { rows } = await sql<{ threshold: number }>`
    select threshold from usage_thresholds where organization_id = ${organizationId} order by period_start, threshold`.execute(
    db(0).kysely,
  );
  return rows.map(({ threshold }) => threshold);
}

test.each([
  ['parts of a tenth each', 1_000, 100, 0],
  ['parts that do not fit', 1_000, 37, 0],
  // With such a high limit, single uses do not wait for each other until the limit is near.
  ['single ones, of a limit that is far at first', 2_100, 1, 0.75],
])('two processes that use at the same time get exactly the limit: %s', async (_name, most, part, share) => {
  const organizationId = nextOrganization();
  const { rows } = await sql<{ factor: number }>`
      select greatest(1, current_setting('max_connections')::numeric / 100)::float8 as factor`.execute(db(0).kysely);
  const limit = BigInt(Math.ceil(most * (share > 0 ? (rows[0]?.factor ?? 1) : 1)));
  const before = Math.floor(Number(limit) * share);
  await apply(organizationId, 1n, limit);
  await use(organizationId, before);
  let folding = true;
  const folds = (async () => {
    while (folding) await fold();
  })();
  let granted = before;
  const users = Array.from({ length: 16 }, async (_, process) => {
    for (;;) {
      const got = await use(organizationId, part, process);
      granted += got;
      if (got < part) return;
    }
  });
  await Promise.all(users);
  folding = false;
  await folds;
  expect(granted).toBe(Number(limit));
  expect(await usageOf(organizationId)).toEqual({ used: limit, limit });
});

test('without entitlements nothing is limited, and usage is counted all the same', async () => {
  const organizationId = nextOrganization();
  expect(await use(organizationId, 5_000)).toBe(5_000);
  await fold();
  expect(await use(organizationId, 1)).toBe(1);
  expect(await usageOf(organizationId)).toEqual({ used: 5_001n, limit: undefined });
});

test('older entitlements and repeated ones change nothing, and a meter that newer ones leave out is unlimited', async () => {
  const organizationId = nextOrganization();
  expect(await apply(organizationId, 2n, 10n)).toEqual({ sequence: 2n, isNew: true });
  expect(await apply(organizationId, 1n, 99n)).toEqual({ sequence: 2n, isNew: false });
  expect(await apply(organizationId, 2n, 99n)).toEqual({ sequence: 2n, isNew: false });
  expect(await use(organizationId, 20)).toBe(10);
  await apply(organizationId, 3n, undefined);
  expect(await use(organizationId, 20)).toBe(20);
});

test('a ceiling above the limit takes more, and a limit below the use takes nothing away', async () => {
  const organizationId = nextOrganization();
  await apply(organizationId, 1n, 10n, 15n);
  expect(await use(organizationId, 20)).toBe(15);
  await apply(organizationId, 2n, 5n);
  expect(await use(organizationId, 1)).toBe(0);
  expect(await usageOf(organizationId)).toEqual({ used: 15n, limit: 5n });
});

test('an organization that does not pay has no room for entries, whatever its limits are, and goes on with the rest', async () => {
  const organizationId = nextOrganization();
  const entitlements = create(EntitlementsSchema, { sequence: 1n, entriesHeld: true });
  await db(0)
    .kysely.transaction()
    .execute((trx) => applyEntitlements(trx, { organizationId, entitlements }, source()));
  const rooms = await db(0)
    .kysely.transaction()
    .execute(async (trx) => [
      await findRoom(trx, 'enrollments', [{ organizationId, count: 1 }], at()),
      await findRoom(trx, 'emails', [{ organizationId, count: 1 }], at()),
    ]);
  expect(rooms.map((room) => room.get(organizationId)?.full?.reason)).toEqual(['payment', undefined]);
});

test('usage starts anew with the month, in UTC', async () => {
  const organizationId = nextOrganization();
  await apply(organizationId, 1n, 10n);
  time = '2026-11-30T23:59:59Z';
  expect(await use(organizationId, 20)).toBe(10);
  time = '2026-12-01T00:00:00Z';
  expect(await use(organizationId, 4)).toBe(4);
  expect((await usageOf(organizationId)).used).toBe(4n);
});

test('each threshold is published once in a month, also by two that sum up at once, and when the limit falls', async () => {
  const organizationId = nextOrganization();
  time = '2027-01-10T00:00:00Z';
  await apply(organizationId, 1n, 100n, 200n);
  await use(organizationId, 49);
  await fold();
  expect(await thresholdsOf(organizationId)).toEqual([]);
  await use(organizationId, 1);
  await Promise.all([fold(), fold()]);
  expect(await thresholdsOf(organizationId)).toEqual([50]);
  await use(organizationId, 40);
  await fold();
  await fold();
  expect(await thresholdsOf(organizationId)).toEqual([50, 80]);
  await apply(organizationId, 2n, 70n, 200n);
  expect(await thresholdsOf(organizationId)).toEqual([50, 80, 100, 120]);
  const { rows } = await sql<{ events: number }>`
    select sum(events)::int as events from outbox where organization_id = ${organizationId}`.execute(db(0).kysely);
  expect(rows[0]?.events).toBe(4);
  time = '2027-02-01T00:00:00Z';
  await use(organizationId, 35);
  await fold();
  expect(await thresholdsOf(organizationId)).toEqual([50, 80, 100, 120, 50]);
});

test('as long as a limit is far, transactions go side by side; near it the next one waits for the one before', async () => {
  const organizationId = nextOrganization();
  await apply(organizationId, 1n, 1_000_000n);
  const ask = (count: number, process = 0) =>
    db(process)
      .kysely.transaction()
      .execute((trx) => findRoom(trx, 'enrollments', [{ organizationId, count }], at()));
  await db(1)
    .kysely.transaction()
    .execute(async (trx) => {
      await findRoom(trx, 'enrollments', [{ organizationId, count: 1 }], at());
      expect((await ask(1)).get(organizationId)?.granted).toBe(1);
      const large = ask(900_000);
      await somebodyWaits(trx);
      return { large };
    })
    .then(async ({ large }) => expect((await large).get(organizationId)?.granted).toBe(900_000));
  await use(organizationId, 990_000);
  await db(1)
    .kysely.transaction()
    .execute(async (trx) => {
      await findRoom(trx, 'enrollments', [{ organizationId, count: 1 }], at());
      const next = ask(1);
      await somebodyWaits(trx);
      return { next };
    })
    .then(async ({ next }) => expect((await next).get(organizationId)?.granted).toBe(1));
});

test('the usage of a month that is over is still known', async () => {
  const organizationId = nextOrganization();
  time = '2026-11-15T12:00:00Z';
  await use(organizationId, 7);
  time = '2026-12-02T00:00:00Z';
  await use(organizationId, 2);
  const usedIn = async (month: string) => {
    const of = { ...source(), at: sql<Date>`${month}::timestamptz` };
    const { usage = [] } = await readUsage(db(0).kysely, organizationId, of, {});
    return usage[0]?.used;
  };
  expect([await usedIn('2026-11-01T00:00:00Z'), await usedIn(time)]).toEqual([7n, 2n]);
});
