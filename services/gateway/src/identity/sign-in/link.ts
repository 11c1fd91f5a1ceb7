import { appendAudit } from '@drippulse/service';
import type { Transaction } from 'kysely';
import type { DB } from '../../db/schema.ts';
import type { Context } from '../context.ts';
import { addLink, type Vouched } from './links.ts';

/**
 * Links an identity to the subject of an issuer, and records the link in the audit trail of each of the identity's
 * organizations. Returns the linked identity, which is a different one if a parallel sign-in was faster.
 */
export async function linkIdentity(
  ctx: Context,
  trx: Transaction<DB>,
  vouched: Vouched,
  identityId: bigint,
): Promise<bigint> {
  const linkedTo = await addLink(trx, vouched, identityId, ctx.clock.now());
  if (linkedTo !== identityId) return linkedTo;
  const members = await trx
    .selectFrom('memberships')
    .select(['id', 'organization_id'])
    .where('identity_id', '=', identityId)
    .where('status', '=', 'active')
    .orderBy('id')
    .execute();
  for (const { id, organization_id: organizationId } of members) {
    if (vouched.organizationId !== null && vouched.organizationId !== organizationId) continue;
    await appendAudit(trx, {
      organizationId,
      name: 'team_member.linked',
      resourceId: String(id),
      actor: { type: 'user', id: String(id) },
      before: undefined,
      after: { issuer: vouched.issuer, subject: vouched.subject },
    });
  }
  return linkedTo;
}
