import type { HandlerContext } from '@connectrpc/connect';
import { DomainError } from '@drippulse/errors';
import type { ListRecipientsRequest } from '@drippulse/proto/drippulse/identity/v1/identity_pb';
import { callerOf } from '@drippulse/rpc';
import { sql } from 'kysely';
import type { Context } from '../context.ts';
import { topicFromProto } from '../notifications/topics.ts';
import { roleFromProto, roleToProto } from '../roles.ts';

const mostRecipients = 1_000;

export async function listRecipients(ctx: Context, request: ListRecipientsRequest, call: HandlerContext) {
  const topic = topicFromProto(request.topic);
  if (topic === undefined) throw new DomainError('invalid', 'validation_failed', 'topic must be one that mails have.');
  const roles = request.roles.flatMap((role) => roleFromProto(role) ?? []);
  if (roles.length === 0) return {};
  const rows = await ctx.db.kysely
    .selectFrom('memberships')
    .select(['id', 'name', 'email', 'role'])
    .where('organization_id', '=', callerOf(call).organizationId)
    .where('status', '=', 'active')
    .where('role', 'in', roles)
    .where(sql<boolean>`not ${topic} = any(muted_notifications)`)
    .orderBy('id')
    .limit(mostRecipients)
    .execute();
  return {
    recipients: rows.map(({ id, name, email, role }) => ({
      userId: id,
      email,
      role: roleToProto(role),
      ...(name !== null && { name }),
    })),
  };
}
