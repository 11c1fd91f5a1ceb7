import type { HandlerContext } from '@connectrpc/connect';
import { DomainError } from '@drippulse/errors';
import { appendAudit } from '@drippulse/service';
import type { Transaction } from 'kysely';
import { clientAddressHeader } from '../../call-metadata.ts';
import type { DB } from '../../db/schema.ts';
import type { Context } from '../context.ts';
import { useLink } from '../links/use-link.ts';
import { memberColumns, memberToProto } from '../team-members/to-proto.ts';
import { refusingTakenNames } from '../team-members/unique-names.ts';
import { type InvitationLink, lockWaiting } from './waiting-member.ts';

/** The person who joins. All functions of this type are called in the transaction. */
type Joining = {
  /** Name that the member chose; undefined means the name of the invitation. */
  name?: string | undefined;
  /** Finds or inserts the identity, and locks it. */
  identity(trx: Transaction<DB>, invited: { username: string }): Promise<bigint>;
  /** Called once the member is active. */
  joined?(trx: Transaction<DB>, identityId: bigint): Promise<void>;
};

/** Activates the invited member of a link, and uses up the link. Of parallel calls, only one succeeds. */
export async function join(ctx: Context, call: HandlerContext, link: InvitationLink, joining: Joining) {
  const { name } = joining;
  const now = ctx.clock.now();
  const response = await ctx.db.kysely.transaction().execute(async (trx) => {
    const invited = await lockWaiting(trx, link);
    const { organization_id: organizationId } = invited;
    await useLink(trx, link);
    const identityId = await joining.identity(trx, invited);
    const update = trx
      .updateTable('memberships')
      .set({ identity_id: identityId, status: 'active', ...(name !== undefined && { name }), updated_at: now })
      .where('id', '=', link.member_id)
      .returning(memberColumns);
    const member = await refusingTakenNames(update.executeTakeFirstOrThrow());
    const organization = await trx
      .selectFrom('organizations')
      .select('name')
      .where('id', '=', organizationId)
      .executeTakeFirstOrThrow();
    await joining.joined?.(trx, identityId);
    await appendAudit(trx, {
      organizationId,
      name: 'invitation.accepted',
      resourceId: String(member.id),
      actor: { type: 'user', id: String(member.id) },
      before: { status: 'invited', username: invited.username },
      after: { status: 'active', username: member.username },
      requestId: call.requestHeader.get('x-request-id') ?? undefined,
      address: call.requestHeader.get(clientAddressHeader) ?? undefined,
    });
    return { organizationId, organizationName: organization.name, teamMember: memberToProto(member) };
  });
  ctx.metrics.linkUsed('invitation');
  ctx.relay.wake();
  return response;
}

export function forAnotherAddress(): DomainError {
  return new DomainError(
    'failed_precondition',
    'invitation_for_another_address',
    'The invitation was mailed to another address than the one of this user name.',
  );
}
