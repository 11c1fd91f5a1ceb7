import { connectDatabase } from '@drippulse/db';
import { systemClock } from '@drippulse/loops';
import { createLogger } from '@drippulse/observability';
import { CredentialsService } from '@drippulse/proto/drippulse/identity/v1/credentials_pb';
import {
  ApiKeysService,
  ProjectsService,
  SessionsService,
  TeamMembersService,
} from '@drippulse/proto/drippulse/identity/v1/identity_pb';
import { WorkflowCatalogService } from '@drippulse/proto/drippulse/workflows/v1/workflows_pb';
import { type Caller, clientFor } from '@drippulse/rpc';
import { createLimiters } from '@drippulse/service';
import { bareBase } from '@drippulse/service/harness';
import { createTestDatabase } from '@drippulse/testing';
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { sql } from 'kysely';
import type { DB } from '../src/db/schema.ts';
import { createApiKeyText } from '../src/identity/organizations/index.ts';
import { identityRoutes } from '../src/identity/rpc/index.ts';
import { service } from '../src/identity/service.ts';
import { createLoginLimits } from '../src/identity/sessions/login-limits.ts';
import { createPasswords } from '../src/identity/sessions/passwords.ts';
import { createSessionTokens } from '../src/identity/sessions/tokens.ts';
import { createProviders } from '../src/identity/sign-in/providers.ts';
import { mailless } from './mailless.ts';
import { watchReads } from './watch-reads.ts';

/** Maximum number of rows that a count reads. */
const countCap = 10_000;
const key32 = Buffer.alloc(32, 1).toString('base64');
const caller: Caller = { organizationId: 2n, actor: { type: 'user', id: '1' }, role: 'admin', mode: 'live' };

let database: Awaited<ReturnType<typeof createTestDatabase>>;
let identity: ReturnType<typeof openIdentity>;
beforeAll(async () => {
  database = await createTestDatabase({
    name: 'identity-plans',
    prepare: async (url) => void (await service.migrate(url)),
  });
  identity = openIdentity(database.url);
  await fill();
  identity.reads.take();
});
afterAll(async () => {
  await identity.db.close();
  await database.drop();
});

/** Opens the identity service with real calls, and explains every read of its database. */
function openIdentity(url: string) {
  const log = createLogger({ service: 'test', level: 'fatal' });
  const db = connectDatabase<DB>({ url, schema: 'identity', service: 'test', log, max: 1 });
  const base = bareBase(service, db, { SESSION_KEYS: key32 });
  base.serve(
    identityRoutes({
      ...base,
      clients: { workflows: base.client(WorkflowCatalogService) },
      passwords: createPasswords(),
      sessionTokens: createSessionTokens(key32, systemClock),
      loginLimits: createLoginLimits(createLimiters(undefined, base)),
      providers: createProviders(base.config, (part) => part),
      lookUpTxt: async () => undefined,
      ...mailless(base),
    }),
  );
  return { db, reads: watchReads(db), reach: { peers: base.peers, target: 'identity' as const, tokens: base.tokens } };
}

/** Inserts 200,000 rows of each kind, mixed from three organizations. */
async function fill(): Promise<void> {
  const { kysely } = identity.db;
  const rows = sql`generate_series(1, 200000) as n`;
  const organization = sql`case when n % 10 < 5 then 1 when n % 10 < 8 then 2 else 3 end`;
  await sql`insert into organizations (name, slug) select 'O', 'o' || n from generate_series(1, 3) as n`.execute(
    kysely,
  );
  await sql`insert into projects (organization_id, name) select ${organization}, 'P' from ${rows}`.execute(kysely);
  await sql`
    insert into identities (id, username, email) overriding system value
    select n, 'u' || n, 'u' || n || '@example.com' from ${rows}`.execute(kysely);
  await sql`
    insert into memberships (organization_id, identity_id, username, email, role, status)
    select ${organization}, n, '', '', 'viewer', 'active' from ${rows}`.execute(kysely);
  await sql`
    insert into api_keys (organization_id, mode, role, key_hash, last_four, revoked_at)
    select ${organization}, 'live', 'admin', sha256(n::text::bytea), 'xxxx', now() from ${rows}`.execute(kysely);
  await sql`
    insert into api_key_usage (api_key_id, day, requests, errors)
    select n, current_date, 1, 0 from ${rows}`.execute(kysely);
  await sql`vacuum (analyze) organizations, projects, identities, memberships, api_keys, api_key_usage`.execute(kysely);
}

type Lister = (page: { limit: number; cursor?: string }) => Promise<{ nextCursor?: string }>;
const lists: [string, () => Lister][] = [
  ['keys', () => (page) => clientFor(ApiKeysService, identity.reach)(caller).listApiKeys(page)],
  ['usage', () => (page) => clientFor(ApiKeysService, identity.reach)(caller).getApiKeyUsage(page)],
  ['members', () => (page) => clientFor(TeamMembersService, identity.reach)(caller).listTeamMembers(page)],
  ['projects', () => (page) => clientFor(ProjectsService, identity.reach)(caller).listProjects(page)],
];

test.each(lists)('a page of %s reads what it returns, and its count an index up to the cap', async (_name, lister) => {
  const list = lister();
  const first = await list({ limit: 50 });
  await list({ limit: 50, ...(first.nextCursor !== undefined && { cursor: first.nextCursor }) });
  const costs = identity.reads.take();
  expect(costs.length).toBeGreaterThanOrEqual(4);
  for (const { sql: text, rows, buffers } of costs) {
    const counted = /count\(\*\)/.test(text) ? countCap : rows;
    expect({ text, isBounded: buffers <= 20 * counted + 100 }).toEqual({ text, isBounded: true });
  }
});

test('looking up a credential reads a handful of pages', async () => {
  await clientFor(
    CredentialsService,
    identity.reach,
  )(caller).resolveCredential({ credential: createApiKeyText('live') });
  const [cost] = identity.reads.take();
  expect(cost?.buffers).toBeLessThanOrEqual(100);
});

test('a login looks up its user by reading a handful of pages', async () => {
  const attempt = clientFor(SessionsService, identity.reach)(caller).login({ username: 'U150000', password: 'wrong' });
  await expect(attempt).rejects.toThrow('The user name or the password is wrong.');
  const [cost, ...others] = identity.reads.take();
  expect(cost?.buffers).toBeLessThanOrEqual(100);
  expect(others).toEqual([]);
});
