import { refuseViolations } from '@drippulse/errors';
import type { Logger } from '@drippulse/observability';
import { sql, type Transaction } from 'kysely';
import { hashApiKey, isApiKeyText } from '../../credential-texts/api-key.ts';
import type { DB } from '../../db/schema.ts';
import { usernameOf, usernameProblems } from '../../usernames/username.ts';
import { endSessionsOfIdentity } from '../sessions/end-sessions.ts';
import { createPasswords, type Passwords } from '../sessions/passwords.ts';
import { connectIdentity } from './connect.ts';
import { insertAdmin } from './create.ts';

const organizationName = 'My organization';
const keyName = 'First key';

/**
 * Creates the first organization, its administrator and, if given, its first API key, if they are missing. A password
 * that differs from that of the last start is applied and ends the sessions. A password that the administrator changed
 * later stays, and a revoked key stays revoked. The function may be called repeatedly, and by several processes at the
 * same time.
 */
export async function bootstrapIdentity(
  url: string,
  first: { username: string; password: string; apiKey?: string },
): Promise<void> {
  const { apiKey } = first;
  if (apiKey !== undefined && !isApiKeyText(apiKey)) throw new Error('the first API key is malformed');
  const identity = connectIdentity(url, silent);
  const passwords = createPasswords();
  try {
    await identity.kysely.transaction().execute(async (trx) => {
      await sql`select pg_advisory_xact_lock(hashtext('identity.bootstrap'))`.execute(trx);
      const organizationId = await ensureAdmin(trx, passwords, first);
      if (apiKey !== undefined) await ensureApiKey(trx, organizationId, apiKey);
    });
  } finally {
    await identity.close();
  }
}

async function ensureAdmin(
  trx: Transaction<DB>,
  passwords: Passwords,
  { username, password }: { username: string; password: string },
): Promise<bigint> {
  const admin = await trx
    .selectFrom('identities')
    .innerJoin('memberships', 'memberships.identity_id', 'identities.id')
    .select(['identities.id', 'identities.bootstrap_hash', 'memberships.organization_id'])
    .select('memberships.id as member_id')
    .where('identities.username', '=', usernameOf(username))
    .orderBy('memberships.id')
    .executeTakeFirst();
  if (admin && (await passwords.matches(password, admin.bootstrap_hash, 'known'))) return admin.organization_id;
  const hash = await passwords.hash(password);
  if (!admin) return createFirst(trx, username, hash);

  await trx
    .updateTable('memberships')
    .set({ status: 'active', updated_at: sql`now()` })
    .where('id', '=', admin.member_id)
    .execute();
  await trx
    .updateTable('identities')
    .set({ password_hash: hash, bootstrap_hash: hash, updated_at: sql`now()` })
    .where('id', '=', admin.id)
    .execute();
  await endSessionsOfIdentity(trx, admin.id, new Date());
  return admin.organization_id;
}

/**
 * Creates the first administrator, and the organization if it is missing. A new ADMIN_USERNAME creates a further
 * administrator of the first organization, not a new organization.
 */
async function createFirst(trx: Transaction<DB>, username: string, hash: string): Promise<bigint> {
  refuseViolations(usernameProblems(username));
  const existing = await trx.selectFrom('organizations').select('id').orderBy('id').limit(1).executeTakeFirst();
  const { id } =
    existing ??
    (await trx
      .insertInto('organizations')
      .values({ name: organizationName, slug: 'my-organization' })
      .returning('id')
      .executeTakeFirstOrThrow());
  await insertAdmin(trx, {
    organizationId: id,
    username,
    email: username.includes('@') ? username : `${username}@localhost`,
    passwordHash: hash,
    bootstrapHash: hash,
  });
  return id;
}

async function ensureApiKey(trx: Transaction<DB>, organizationId: bigint, apiKey: string): Promise<void> {
  await trx
    .insertInto('api_keys')
    .values({
      organization_id: organizationId,
      name: keyName,
      mode: apiKey.startsWith('adcrm_test_') ? 'test' : 'live',
      role: 'admin',
      key_hash: hashApiKey(apiKey),
      last_four: apiKey.slice(-4),
    })
    .onConflict((conflict) => conflict.constraint('api_keys_key_hash_key').doNothing())
    .execute();
}

/** No error handler is needed, because the connection is closed before it can be lost while idle. */
const silent: Pick<Logger, 'warn'> = { warn: () => undefined };
