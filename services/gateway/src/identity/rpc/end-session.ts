import type { HandlerContext } from '@connectrpc/connect';
import { DomainError } from '@drippulse/errors';
import type { EndSessionRequest } from '@drippulse/proto/drippulse/identity/v1/identity_pb';
import { callerOf } from '@drippulse/rpc';
import { sql } from 'kysely';
import { credentialsChangedHeader } from '../../call-metadata.ts';
import type { Context } from '../context.ts';

export async function endSession(ctx: Context, { id }: EndSessionRequest, call: HandlerContext) {
  const { organizationId, actor } = callerOf(call);
  const { numUpdatedRows } = await ctx.db.kysely
    .updateTable('sessions')
    .set({ ended_at: ctx.clock.now() })
    .where('organization_id', '=', organizationId)
    .where('user_id', '=', BigInt(actor.id))
    // The id is compared as a string, so that a string that is not a UUID matches no session.
    .where(sql<boolean>`id::text = ${id.toLowerCase()}`)
    .where('ended_at', 'is', null)
    .executeTakeFirst();
  if (numUpdatedRows === 0n)
    throw new DomainError('not_found', 'session_not_found', 'You have no session with this id.');
  call.responseHeader.set(credentialsChangedHeader, 'true');
  return {};
}
