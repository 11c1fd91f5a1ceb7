import { randomBytes } from 'node:crypto';
import { refuseViolations } from '@drippulse/errors';
import type { Transaction } from 'kysely';
import type { DB } from '../../db/schema.ts';
import { usernameOf } from '../../usernames/username.ts';
import { insertIdentity } from '../identities/insert-identity.ts';
import { createPasswords } from '../sessions/passwords.ts';
import { memberProblems } from '../team-members/fields.ts';
import { textProblems } from '../violations.ts';
import type { Identity } from './connect.ts';

/**
 * Creates an organization with its first administrator. If `password` is absent, generates a password, which only the
 * response shows. If the user name is taken, refuses the call and creates nothing.
 */
export async function createOrganization(
  identity: Identity,
  input: { name: string; username: string; email: string; password?: string },
): Promise<{ organizationId: bigint; userId: bigint; password: string }> {
  const { name, username, email, password = makePassword() } = input;
  refuseViolations([...textProblems('name', name, 255), ...memberProblems({ username, email, password })]);
  const passwordHash = await createPasswords().hash(password);
  return identity.kysely.transaction().execute(async (trx) => {
    const { id: organizationId } = await insertOrganization(trx, name);
    const userId = await insertAdmin(trx, { organizationId, username, email, passwordHash });
    return { organizationId, userId, password };
  });
}

/** Generates a password for a person to copy: 144 random bits. */
export function makePassword(): string {
  return randomBytes(18).toString('base64url');
}

/** Inserts an organization with a slug derived from its name. */
export async function insertOrganization(trx: Transaction<DB>, name: string): Promise<{ id: bigint; slug: string }> {
  const slug = slugOf(name);
  // If the slug is taken, the second candidate has 32 random bits as a suffix.
  for (const candidate of [slug, `${slug}-${randomBytes(4).toString('hex')}`]) {
    const row = await trx
      .insertInto('organizations')
      .values({ name, slug: candidate })
      .onConflict((conflict) => conflict.constraint('organizations_slug_key').doNothing())
      .returning(['id', 'slug'])
      .executeTakeFirst();
    if (row) return row;
  }
  throw new Error(`no free slug for "${name}"`);
}

/** Inserts the first administrator of an organization. */
export async function insertAdmin(
  trx: Transaction<DB>,
  admin: { organizationId: bigint; username: string; email: string; passwordHash: string; bootstrapHash?: string },
): Promise<bigint> {
  const { organizationId, ...somebody } = admin;
  const identityId = await insertIdentity(trx, { ...somebody, now: new Date() });
  const { id } = await trx
    .insertInto('memberships')
    .values({
      organization_id: organizationId,
      identity_id: identityId,
      username: usernameOf(admin.username),
      email: admin.email,
      role: 'admin',
      status: 'active',
    })
    .returning('id')
    .executeTakeFirstOrThrow();
  return id;
}

function slugOf(name: string): string {
  const slug = name
    .normalize('NFKD')
    .toLowerCase()
    .replace(/[^a-z0-9]+/g, '-')
    .replace(/^-+|-+$/g, '')
    .slice(0, 60);
  return slug === '' ? 'organization' : slug;
}
