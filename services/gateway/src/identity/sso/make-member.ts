import { DomainError } from '@drippulse/errors';
import type { Role } from '@drippulse/rpc';
import { appendAudit } from '@drippulse/service';
import { sql, type Transaction } from 'kysely';
import type { DB } from '../../db/schema.ts';
import { usernameOf, usernameProblems } from '../../usernames/username.ts';
import type { Context } from '../context.ts';
import { insertIdentity } from '../identities/insert-identity.ts';
import { linkIdentity } from '../sign-in/link.ts';
import type { Vouched } from '../sign-in/links.ts';
import { takeSeat } from '../team-members/seats.ts';
import type { Admission } from './admission.ts';

/**
 * Makes an unknown person a member. The address belongs to a domain of the organization, and the provider has verified
 * the address. The user name is the address; there is no password.
 */
export async function makeMember(
  ctx: Context,
  trx: Transaction<DB>,
  o: { vouched: Vouched; email: string; name: string | undefined; role: Role | undefined },
): Promise<Admission> {
  const { vouched, email, name, role } = o;
  const { organizationId } = vouched;
  if (organizationId === null || role === undefined) return uninvited;
  if (await isInvited(trx, organizationId, email)) return invited;
  if (!(await hasSeat(trx, organizationId))) return full;
  if (usernameProblems(email).length > 0 || (await isTaken(trx, email))) return { kind: 'ask' };
  const now = ctx.clock.now();
  const identityId = await insertIdentity(trx, {
    username: email,
    email,
    passwordHash: null,
    emailVerifiedAt: now,
    now,
  });
  const linkedTo = await linkIdentity(ctx, trx, vouched, identityId);
  if (linkedTo !== identityId) throw new Error('two sign-ins at once made the same member');
  const { id: memberId } = await trx
    .insertInto('memberships')
    .values({
      organization_id: organizationId,
      identity_id: identityId,
      username: usernameOf(email),
      email,
      name: name ?? null,
      role,
      status: 'active',
      created_at: now,
      updated_at: now,
    })
    .returning('id')
    .executeTakeFirstOrThrow();
  await appendAudit(trx, {
    organizationId,
    name: 'team_member.created',
    resourceId: String(memberId),
    actor: { type: 'service', id: 'identity' },
    before: undefined,
    after: { username: email, email, role, issuer: vouched.issuer, subject: vouched.subject },
  });
  return { kind: 'member', identityId, memberId };
}

/** Takes a seat of the plan. Returns false when no seat is left. */
async function hasSeat(trx: Transaction<DB>, organizationId: bigint): Promise<boolean> {
  try {
    await takeSeat(trx, organizationId);
    return true;
  } catch (error) {
    if (error instanceof DomainError && error.reason === 'plan_limit_reached') return false;
    throw error;
  }
}

/** Whether the address belongs to a member whom an administrator added and who has not accepted yet. */
async function isInvited(trx: Transaction<DB>, organizationId: bigint, email: string): Promise<boolean> {
  const row = await trx
    .selectFrom('memberships')
    .select('id')
    .where('organization_id', '=', organizationId)
    .where(sql<boolean>`lower(email) = ${email}`)
    .executeTakeFirst();
  return row !== undefined;
}

/**
 * Whether the user name is taken. A user name is unique in the installation, and may belong to a person with a
 * different address.
 */
async function isTaken(trx: Transaction<DB>, email: string): Promise<boolean> {
  const row = await trx
    .selectFrom('identities')
    .select('id')
    .where('username', '=', usernameOf(email))
    .executeTakeFirst();
  return row !== undefined;
}

const full: Admission = {
  kind: 'refused',
  sentences: ['The plan of the organization has room for no further member. Ask an administrator.'],
};
const uninvited: Admission = { kind: 'refused', sentences: ['Ask an administrator to invite you.'] };
const invited: Admission = {
  kind: 'refused',
  sentences: ['You have been invited. Accept the invitation in your mail first, then sign in here.'],
};
