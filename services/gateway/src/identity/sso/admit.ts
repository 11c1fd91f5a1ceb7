import type { Role } from '@drippulse/rpc';
import { appendAudit } from '@drippulse/service';
import type { Transaction } from 'kysely';
import type { DB } from '../../db/schema.ts';
import type { Context } from '../context.ts';
import { ownsDomain } from '../domains/speaks-for.ts';
import type { Claims } from '../oidc/claims.ts';
import { lockOrganization } from '../organizations/lock.ts';
import { readRole } from '../roles.ts';
import { endSessionsOfMember } from '../sessions/end-sessions.ts';
import { judge } from '../sign-in/judge.ts';
import { linkIdentity } from '../sign-in/link.ts';
import { findLinked, identitiesWith, type Vouched } from '../sign-in/links.ts';
import type { Admission } from './admission.ts';
import { makeMember } from './make-member.ts';
import { roleBy } from './role-of.ts';
import { groupsOf, type SsoRow } from './rows.ts';

/**
 * Finds or creates the member whom an organization's provider has signed in. The provider is trusted only in this
 * organization.
 */
export async function admit(ctx: Context, sso: SsoRow, claims: Claims): Promise<Admission> {
  const { organization_id: organizationId } = sso;
  const { issuer, subject, email } = claims;
  const vouched: Vouched = { issuer, subject, organizationId };
  const candidates = email === undefined ? [] : await identitiesWith(ctx.db.kysely, email);
  const judged = judge({
    linkedTo: await findLinked(ctx.db.kysely, vouched, ctx.clock.now()),
    isEmailVerified: claims.isEmailVerified,
    speaksForDomain: email !== undefined && (await speaksFor(ctx, sso, email)),
    candidates,
  });
  if (judged.kind === 'ask') return judged;
  return ctx.db.kysely.transaction().execute(async (trx) => {
    // The organization is locked, because the role depends on the member's row, and the check for the last
    // administrator depends on all rows.
    await lockOrganization(trx, organizationId);
    const role = roleBy(
      { groups: groupsOf(sso), defaultRole: sso.default_role ? readRole(sso.default_role) : undefined },
      claims.groups,
    );
    const admission =
      judged.kind === 'new'
        ? await makeMember(ctx, trx, { vouched, email: email ?? '', name: claims.name, role })
        : await findMember(ctx, trx, { vouched, identityId: judged.identityId, isNew: judged.kind === 'link' });
    if (admission.kind !== 'member') return admission;
    const isRoleKept = judged.kind === 'new' || (await applyRole(ctx, trx, sso, { ...admission, role }));
    if (!isRoleKept) return noRole;
    await trx
      .updateTable('sso_connections')
      .set({ tried_at: ctx.clock.now() })
      .where('organization_id', '=', organizationId)
      .where('issuer', '=', sso.issuer)
      .where('client_id', '=', sso.client_id)
      .where('tried_at', 'is', null)
      .execute();
    return admission;
  });
}

/**
 * Whether the provider may vouch for an address: the provider must be configured for the domain, and the organization
 * must own the domain now.
 */
export async function speaksFor(ctx: Context, { domains, organization_id }: SsoRow, email: string): Promise<boolean> {
  const domain = email.slice(email.lastIndexOf('@') + 1);
  return domains.includes(domain) && (await ownsDomain(ctx, organization_id, domain));
}

/**
 * Finds the membership of a known person. A person who belongs only to other organizations must first prove the
 * identity. The provider does not make such a person a member; an administrator must do so.
 */
async function findMember(
  ctx: Context,
  trx: Transaction<DB>,
  { vouched, identityId, isNew }: { vouched: Vouched; identityId: bigint; isNew: boolean },
): Promise<Admission> {
  const member = await trx
    .selectFrom('memberships')
    .select(['id', 'status'])
    .where('organization_id', '=', vouched.organizationId)
    .where('identity_id', '=', identityId)
    .executeTakeFirst();
  if (member === undefined) return isNew ? { kind: 'ask' } : removed;
  if (member.status !== 'active') return removed;
  const linkedTo = isNew ? await linkIdentity(ctx, trx, vouched, identityId) : identityId;
  return linkedTo === identityId ? { kind: 'member', identityId, memberId: member.id } : { kind: 'ask' };
}

/**
 * Sets the role of a member if groups decide the role. Returns false when no matching group and no default gives a
 * role. The last administrator keeps the role.
 */
async function applyRole(
  ctx: Context,
  trx: Transaction<DB>,
  sso: SsoRow,
  { memberId, role }: { memberId: bigint; role: Role | undefined },
): Promise<boolean> {
  if (groupsOf(sso).length === 0) return true;
  if (role === undefined) return false;
  const { organization_id: organizationId } = sso;
  const admins = await trx
    .selectFrom('memberships')
    .select('id')
    .where('organization_id', '=', organizationId)
    .where('role', '=', 'admin')
    .where('status', '=', 'active')
    .limit(2)
    .execute();
  if (role !== 'admin' && admins.length === 1 && admins[0]?.id === memberId) return true;
  const { role: before } = await trx
    .selectFrom('memberships')
    .select('role')
    .where('id', '=', memberId)
    .executeTakeFirstOrThrow();
  if (before === role) return true;
  const now = ctx.clock.now();
  await trx.updateTable('memberships').set({ role, updated_at: now }).where('id', '=', memberId).execute();
  await endSessionsOfMember(trx, memberId, now);
  await appendAudit(trx, {
    organizationId,
    name: 'team_member.updated',
    resourceId: String(memberId),
    actor: { type: 'service', id: 'identity' },
    before: { role: before },
    after: { role },
  });
  return true;
}

const removed: Admission = {
  kind: 'refused',
  sentences: ['Your membership was ended or is not active. Ask an administrator.'],
};
const noRole: Admission = {
  kind: 'refused',
  sentences: ['None of your groups at the provider has a role here. Ask an administrator.'],
};
