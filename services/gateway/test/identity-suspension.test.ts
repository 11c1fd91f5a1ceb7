import { OrganizationEventSchema } from '@drippulse/proto/drippulse/identity/v1/events_pb';
import { eventually } from '@drippulse/testing';
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { sql } from 'kysely';
import { listOrganizations, resumeOrganization, suspendOrganization } from '../src/identity/organizations/index.ts';
import { type Answer, type Call, callerOfApi, type Gateway, logIn, startGateway } from './start-gateway.ts';

let gateway: Gateway;
beforeAll(async () => {
  gateway = await startGateway();
  await gateway.makeOrganization('ada');
  await gateway.makeOrganization('eve');
});
afterAll(() => gateway.stop());

function outcomeOf({ status, body }: Answer): string | number {
  return body?.error ?? status;
}

async function until(call: Call, outcome: string | number): Promise<void> {
  await eventually(async () => expect(outcomeOf(await call('GET', '/api/v1/account'))).toBe(outcome));
}

test('sessions and keys of a suspended organization are refused by every gateway within 5 s, others go on', async () => {
  const other = await gateway.startAnother();
  const published = await gateway.collect(OrganizationEventSchema);
  try {
    const { call: session, token } = await logIn(gateway, 'ada');
    const { key } = (await session('POST', '/api/v1/api_keys', {})).body;
    const testKey = (await session('POST', '/api/v1/api_keys', { mode: 'test' })).body.key;
    const stranger = (await logIn(gateway, 'eve')).call;
    const callers = [session, gateway.as(key), callerOfApi(other.url, token), callerOfApi(other.url, key)];
    for (const call of callers) expect(outcomeOf(await call('GET', '/api/v1/account'))).toBe(200);

    expect(await suspendOrganization(gateway.identity, 'ada')).toBe(true);
    expect(await suspendOrganization(gateway.identity, 'ada')).toBe(false);
    await Promise.all(callers.map((call) => until(call, 'organization_suspended')));
    expect(outcomeOf(await gateway.as(testKey)('GET', '/api/v1/projects'))).toBe('organization_suspended');
    expect(outcomeOf(await gateway.as(key)('GET', '/api/v1/admin/verify'))).toBe('organization_suspended');
    expect(outcomeOf(await session('GET', '/api/v1/stream'))).toBe('organization_suspended');
    // A new session tells its user the reason, and ends as usual.
    const later = (await logIn(gateway, 'ada')).call;
    expect(outcomeOf(await later('GET', '/api/v1/projects'))).toBe('organization_suspended');
    expect(outcomeOf(await later('GET', '/api/v1/admin/verify'))).toBe(200);
    expect(await later('POST', '/api/v1/auth/logout', {})).toMatchObject({ status: 204 });
    expect(outcomeOf(await stranger('GET', '/api/v1/account'))).toBe(200);

    expect(await resumeOrganization(gateway.identity, 'ada')).toBe(true);
    expect(await resumeOrganization(gateway.identity, 'ada')).toBe(false);
    await Promise.all(callers.map((call) => until(call, 200)));
    await eventually(() => expect(published.map(({ payload }) => payload.case)).toEqual(['suspended', 'resumed']));
    const [first, second] = published;
    expect((first?.sequence ?? 0n) < (second?.sequence ?? 0n)).toBe(true);
    await eventually(async () => {
      const { audit_events } = (await session('GET', '/api/v1/audit_events')).body;
      expect(audit_events.slice(0, 2)).toMatchObject([
        { name: 'organization.resumed', actor: { type: 'operator' }, before: { suspended: true } },
        { name: 'organization.suspended', actor: { type: 'operator' }, after: { suspended: true } },
      ]);
    });
  } finally {
    await other.stop();
  }
});

test('when a deletion begins, sessions and keys of the organization are refused by every gateway; one that does not get on is measured', async () => {
  const other = await gateway.startAnother();
  try {
    const { organizationId } = await gateway.makeOrganization('leaver');
    const { call: session, token } = await logIn(gateway, 'leaver');
    const { key } = (await session('POST', '/api/v1/api_keys', {})).body;
    const callers = [session, gateway.as(key), callerOfApi(other.url, token), callerOfApi(other.url, key)];
    for (const call of callers) expect(outcomeOf(await call('GET', '/api/v1/account'))).toBe(200);
    // No other service runs, so no service erases anything.
    await sql`
      insert into organization_deletions (organization_id, requested_at, delete_at, next_at)
      values (${organizationId}, now() - interval '30 days', now(), now())`.execute(gateway.identity.kysely);
    await Promise.all(callers.map((call) => until(call, 'organization_suspended')));
    await sql`
      update organization_deletions set started_at = now() - interval '5 hours', next_at = now()
      where organization_id = ${organizationId}`.execute(gateway.identity.kysely);
    await eventually(async () => {
      const [, seconds] =
        /^drippulse_organization_deletion_overdue_seconds\S* (\S+)$/m.exec(await gateway.metrics()) ?? [];
      expect(Number(seconds)).toBeGreaterThanOrEqual(5 * 3_600);
    });
    await sql`delete from organization_deletions where organization_id = ${organizationId}`.execute(
      gateway.identity.kysely,
    );
  } finally {
    await other.stop();
  }
});

test('the operator sees who is suspended, and no other slug is taken for an organization', async () => {
  await suspendOrganization(gateway.identity, 'eve');
  const states: [string, boolean][] = [];
  for await (const { slug, isSuspended } of listOrganizations(gateway.identity)) states.push([slug, isSuspended]);
  expect(states).toEqual([
    ['ada', false],
    ['eve', true],
    ['leaver', true],
  ]);
  for (const slug of ['nobody', 'EVE', '']) {
    await expect(suspendOrganization(gateway.identity, slug)).rejects.toMatchObject({
      reason: 'organization_not_found',
    });
  }
});

test('an organization whose deletion has begun is not resumed', async () => {
  const { organizationId } = await gateway.makeOrganization('half-gone');
  await suspendOrganization(gateway.identity, 'half-gone');
  await sql`
    insert into organization_deletions (organization_id, requested_at, delete_at, started_at)
    values (${organizationId}, now(), now(), now())`.execute(gateway.identity.kysely);
  await expect(resumeOrganization(gateway.identity, 'half-gone')).rejects.toMatchObject({ reason: 'deletion_started' });
  await sql`delete from organization_deletions where organization_id = ${organizationId}`.execute(
    gateway.identity.kysely,
  );
  expect(await resumeOrganization(gateway.identity, 'half-gone')).toBe(true);
});
