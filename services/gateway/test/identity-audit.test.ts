import { testLogger } from '@drippulse/service/harness';
import { createTestDatabase, eventually, type TestDatabase } from '@drippulse/testing';
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { sql } from 'kysely';
import { appendToChain, type NewRow } from '../src/identity/audit/chain.ts';
import { verifyAudit } from '../src/identity/audit/verify.ts';
import { startAuditRetention } from '../src/identity/loops/audit-retention.ts';
import { connectIdentity, type Identity } from '../src/identity/organizations/index.ts';
import { service } from '../src/identity/service.ts';

const dayMs = 86_400_000;
const now = new Date('2026-04-02T12:00:00Z');
const log = testLogger();

let database: TestDatabase;
let identity: Identity;
beforeAll(async () => {
  database = await createTestDatabase({ name: 'identity_audit' });
  await service.migrate(database.url);
  identity = connectIdentity(database.url, log);
});
afterAll(async () => {
  await identity?.close();
  await database?.drop();
});

function rowAt(daysAgo: number, eventId: string): NewRow {
  return {
    event_id: eventId,
    name: 'webhook.updated',
    resource_id: '12',
    actor_type: 'service',
    actor_id: 'webhooks',
    before: '{"active":true}',
    after: '{"active":false}',
    request_id: null,
    address: null,
    created_at: new Date(now.getTime() - daysAgo * dayMs),
  };
}

async function numbers(organizationId: bigint): Promise<number[]> {
  const rows = await identity.kysely
    .selectFrom('audit_events')
    .select('number')
    .where('organization_id', '=', organizationId)
    .orderBy('number')
    .execute();
  return rows.map(({ number }) => Number(number));
}

async function findings(organizationId: bigint) {
  for await (const found of verifyAudit(identity.kysely)) if (found.organizationId === organizationId) return found;
  return undefined;
}

test('appenders of one organization at once make one chain, and an event that comes twice is in it once', async () => {
  const ids = Array.from({ length: 40 }, (_, index) => `evt_${index}`);
  const half = (from: number) => ids.slice(from, from + 25).map((id) => rowAt(1, id));
  await Promise.all([0, 15, 5, 10].map((from) => appendToChain(identity.kysely, 1n, half(from))));
  expect(await numbers(1n)).toEqual(ids.map((_, index) => index + 1));
  expect(await findings(1n)).toMatchObject({ rows: 40n, problem: undefined });
});

test('rows go after 400 days from the beginning of the chain alone, and what is left is still proven', async () => {
  // The third change happened early and arrived late. It stays until the rows before it are deleted.
  const rows = [401, 400.5, 10, 402, 5].map((days, index) => rowAt(days, `evt_r${index}`));
  await appendToChain(identity.kysely, 2n, rows);
  const retention = startAuditRetention({ db: identity, clock: { now: () => now }, log });
  try {
    await eventually(async () => expect(await numbers(2n)).toEqual([3, 4, 5]));
  } finally {
    await retention.stop();
  }
  expect(await findings(2n)).toMatchObject({ rows: 3n, problem: undefined });
  await appendToChain(identity.kysely, 2n, [rowAt(0, 'evt_later')]);
  expect(await findings(2n)).toMatchObject({ rows: 4n, problem: undefined });
  await sql`update audit_heads set kept_after = 3, kept_hash = '' where organization_id = 2`.execute(identity.kysely);
  expect(await findings(2n)).toMatchObject({ problem: expect.stringContaining('row 4') });
});
