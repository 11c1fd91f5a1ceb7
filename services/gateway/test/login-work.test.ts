import { connectDatabase } from '@drippulse/db';
import { systemClock } from '@drippulse/loops';
import { createMailer } from '@drippulse/mail';
import { SessionsService } from '@drippulse/proto/drippulse/identity/v1/identity_pb';
import { OwnAccountService } from '@drippulse/proto/drippulse/identity/v1/own_account_pb';
import { SignUpService } from '@drippulse/proto/drippulse/identity/v1/sign_up_pb';
import { WorkflowCatalogService } from '@drippulse/proto/drippulse/workflows/v1/workflows_pb';
import { clientFor, fromConnectError } from '@drippulse/rpc';
import { createLimiters } from '@drippulse/service';
import { bareBase, testLogger } from '@drippulse/service/harness';
import { createTestDatabase } from '@drippulse/testing';
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { hash } from '@node-rs/argon2';
import { clientAddressHeader } from '../src/call-metadata.ts';
import type { DB } from '../src/db/schema.ts';
import { connectIdentity } from '../src/identity/organizations/index.ts';
import { identityRoutes } from '../src/identity/rpc/index.ts';
import { service } from '../src/identity/service.ts';
import { createLoginLimits } from '../src/identity/sessions/login-limits.ts';
import { createPasswords } from '../src/identity/sessions/passwords.ts';
import { createSessionTokens } from '../src/identity/sessions/tokens.ts';
import { createProviders } from '../src/identity/sign-in/providers.ts';
import { ownCaller } from '../src/own-caller.ts';
import { mailless } from './mailless.ts';
import { makeOrganization, password } from './start-gateway.ts';

const key32 = Buffer.alloc(32, 1).toString('base64');
let database: Awaited<ReturnType<typeof createTestDatabase>>;
let identity: ReturnType<typeof openIdentity>;
beforeAll(async () => {
  database = await createTestDatabase({
    name: 'identity-login-work',
    prepare: async (url) => void (await service.migrate(url)),
  });
  identity = openIdentity(database.url);
  const commands = connectIdentity(database.url, testLogger());
  for (const name of ['known', 'disabled']) await makeOrganization(commands, name);
  await commands.kysely
    .updateTable('memberships')
    .set({ status: 'disabled' })
    .where('username', '=', 'disabled')
    .execute();
  await commands.close();
});
afterAll(async () => {
  await identity.db.close();
  await database.drop();
});

/** Opens the identity service, and counts its statements and password comparisons. */
function openIdentity(url: string) {
  const work = { statements: 0, comparisons: 0 };
  const db = connectDatabase<DB>({ url, schema: 'identity', service: 'test', log: testLogger(), max: 1 });
  db.pool.on('connect', (client) => {
    const query = client.query.bind(client);
    Object.assign(client, {
      query(...given: Parameters<typeof query>) {
        work.statements += 1;
        return query(...given);
      },
    });
  });
  const base = bareBase(service, db, { SESSION_KEYS: key32, SIGN_UP: 'open' });
  const passwords = createPasswords();
  base.serve(
    identityRoutes({
      ...base,
      clients: { workflows: base.client(WorkflowCatalogService) },
      passwords: {
        ...passwords,
        matches(...given) {
          work.comparisons += 1;
          return passwords.matches(...given);
        },
      },
      sessionTokens: createSessionTokens(key32, systemClock),
      loginLimits: createLoginLimits(createLimiters(undefined, base)),
      providers: createProviders(base.config, (part) => part),
      lookUpTxt: async () => undefined,
      ...mailless(base),
      // The mailer is never used, because no loop that would send mails runs.
      mailer: createMailer({ smtpUrl: 'smtp://127.0.0.1:1', mailFrom: 'drippulse@localhost', mailDir: undefined }),
    }),
  );
  const sessions = clientFor(SessionsService, { peers: base.peers, target: 'identity', tokens: base.tokens })(
    ownCaller,
  );
  async function logIn(username: string, given: string, address: string): Promise<string> {
    const headers = { [clientAddressHeader]: address };
    return sessions.login({ username, password: given }, { headers }).then(
      () => 'in',
      (error: unknown) => fromConnectError(error).reason,
    );
  }
  const own = clientFor(OwnAccountService, { peers: base.peers, target: 'identity', tokens: base.tokens })(ownCaller);
  const forget = (email: string) =>
    own.forgetPassword({ email }, { headers: { [clientAddressHeader]: '192.0.2.9' } }).then(({ status }) => status);
  const signUps = clientFor(SignUpService, { peers: base.peers, target: 'identity', tokens: base.tokens })(ownCaller);
  const signUp = (email: string) => signUps.signUp({ organizationName: 'Acme', email });
  return { db, work, logIn, forget, signUp };
}

test('a refused login does the same work whoever is named: one statement and one comparison', async () => {
  const { work, logIn } = identity;
  await logIn('nobody', 'x', '192.0.2.1'); // this call opens the database connection
  for (const [username, given] of [
    ['nobody', password],
    ['known', 'a wrong password'],
    ['disabled', password],
    ['', password],
    ['known', 'x'.repeat(10_000)],
  ] as const) {
    Object.assign(work, { statements: 0, comparisons: 0 });
    expect(await logIn(username, given, '192.0.2.1')).toBe('invalid_credentials');
    expect({ username, ...work }).toEqual({ username, statements: 1, comparisons: 1 });
  }
});

test('an attempt over the budget of its network costs no statement and no comparison', async () => {
  const { work, logIn } = identity;
  const cheap = await hash(password, { memoryCost: 8, timeCost: 1, parallelism: 1 });
  await identity.db.kysely
    .updateTable('identities')
    .set({ password_hash: cheap })
    .where('username', '=', 'known')
    .execute();
  for (let index = 0; index < 10; index++) await logIn('known', 'wrong', '192.0.2.3');
  Object.assign(work, { statements: 0, comparisons: 0 });
  expect(await logIn('known', password, '192.0.2.3')).toBe('rate_limited');
  expect(work).toEqual({ statements: 0, comparisons: 0 });
});

test('strangers who fill the queue of comparisons keep no known network out', async () => {
  const passwords = createPasswords();
  const cheap = await hash(password, { memoryCost: 8, timeCost: 1, parallelism: 1 });
  const strangers = Array.from({ length: 200 }, () => passwords.matches('wrong', cheap, 'stranger'));
  const known = passwords.matches(password, cheap, 'known');
  const outcomes = await Promise.allSettled(strangers);
  expect(outcomes.some(({ status }) => status === 'rejected')).toBe(true);
  expect(await known).toBe(true);
});

test('a forgotten password costs the same work whoever has the address, if anybody does', async () => {
  const { work, forget } = identity;
  await forget('first@example.com'); // this call opens the database connection
  const costs = [];
  for (const email of ['known@example.com', 'disabled@example.com', 'nobody@example.com']) {
    Object.assign(work, { statements: 0, comparisons: 0 });
    expect(await forget(email)).toBe('accepted');
    costs.push({ ...work });
  }
  expect(costs).toEqual(Array(3).fill({ statements: 3, comparisons: 0 }));
});

test('a sign-up costs the same work whoever has the address, if anybody does', async () => {
  const { work, signUp } = identity;
  await signUp('first@example.com'); // this call opens the database connection
  const costs = [];
  for (const email of ['known@example.com', 'disabled@example.com', 'nobody@example.com']) {
    Object.assign(work, { statements: 0, comparisons: 0 });
    await signUp(email);
    costs.push({ ...work });
  }
  expect(costs).toEqual(Array(3).fill({ statements: 5, comparisons: 0 }));
});
