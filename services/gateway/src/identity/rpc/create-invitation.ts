import type { HandlerContext } from '@connectrpc/connect';
import { DomainError, refuseViolations } from '@drippulse/errors';
import {
  type CreateInvitationRequest,
  InvitationsService,
} from '@drippulse/proto/drippulse/identity/v1/invitations_pb';
import { callerOf } from '@drippulse/rpc';
import { transact } from '@drippulse/writes';
import { sql, type Transaction } from 'kysely';
import type { DB } from '../../db/schema.ts';
import { usernameOf } from '../../usernames/username.ts';
import type { Context } from '../context.ts';
import { invite } from '../invitations/invite.ts';
import { invitationToProto, waitingInvitations } from '../invitations/waiting.ts';
import { requireMailer } from '../links/send-mail.ts';
import { lockOrganization } from '../organizations/lock.ts';
import { roleFromProto } from '../roles.ts';
import { memberProblems } from '../team-members/fields.ts';
import { takeSeat } from '../team-members/seats.ts';

const { createInvitation: method } = InvitationsService.method;

export async function createInvitation(ctx: Context, request: CreateInvitationRequest, call: HandlerContext) {
  const { email = '', name } = request;
  refuseViolations(memberProblems({ email, username: email, name }));
  requireMailer(ctx);
  await ctx.mailLimits.countInvitation({ organizationId: callerOf(call).organizationId, email });
  const response = await transact(ctx, call, method, request, async (trx, caller) => {
    const role = roleFromProto(request.role ?? 0) ?? 'viewer';
    const member = await putInvited(trx, {
      organizationId: caller.organizationId,
      email,
      name,
      role,
      now: ctx.clock.now(),
    });
    await invite(ctx, trx, caller, member);
    const row = await waitingInvitations(trx, caller.organizationId)
      .where('id', '=', member.id)
      .executeTakeFirstOrThrow();
    return { invitation: invitationToProto(row) };
  });
  ctx.wake.mails();
  return response;
}

/** Finds or inserts the invited member of an address, with the role and the name of this request. */
async function putInvited(
  trx: Transaction<DB>,
  invited: { organizationId: bigint; email: string; name: string | undefined; role: string; now: Date },
) {
  const { organizationId, email, name, role, now } = invited;
  // With the lock, two parallel invitations of one address send two mails about one member.
  await lockOrganization(trx, organizationId);
  const present = await trx
    .selectFrom('memberships')
    .select(['id', 'status'])
    .where('organization_id', '=', organizationId)
    .where(sql<boolean>`lower(email) = lower(${email})`)
    .executeTakeFirst();
  if (present === undefined) {
    await takeSeat(trx, organizationId);
    return trx
      .insertInto('memberships')
      .values({
        organization_id: organizationId,
        username: usernameOf(email),
        email,
        name: name ?? null,
        role,
        status: 'invited',
        created_at: now,
        updated_at: now,
      })
      .returning(['id', 'email', 'name'])
      .executeTakeFirstOrThrow();
  }
  if (present.status !== 'invited') throw alreadyMember();
  return trx
    .updateTable('memberships')
    .set({ role, ...(name !== undefined && { name }), updated_at: now })
    .where('organization_id', '=', organizationId)
    .where('id', '=', present.id)
    .returning(['id', 'email', 'name'])
    .executeTakeFirstOrThrow();
}

function alreadyMember(): DomainError {
  return new DomainError('invalid', 'validation_failed', 'email belongs to another member', {
    violations: [{ field: 'email', message: 'belongs to another member', code: 'duplicate' }],
  });
}
