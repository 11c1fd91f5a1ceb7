import type { Address } from '@drippulse/mail';
import type { NotificationTopic } from '@drippulse/proto/drippulse/identity/v1/identity_pb';
import type { Role as ProtoRole } from '@drippulse/proto/drippulse/rest/v1/role_pb';
import { fromConnectError, type Role } from '@drippulse/rpc';
import { roleFromProto } from '../approvals/index.ts';
import type { Context } from '../context.ts';

/** A member who gets a mail. */
export type Member = { userId: bigint; to: Address; role: Role | undefined };

/** The members of an organization with these roles who want mails about the topic. Call it before the transaction. */
export async function findRecipients(
  ctx: Context,
  organizationId: bigint,
  asked: { roles: ProtoRole[]; topic: NotificationTopic },
): Promise<Member[]> {
  const caller = {
    organizationId,
    actor: { type: 'service' as const, id: 'enrollment-runtime' },
    role: 'viewer' as const,
    mode: 'live' as const,
  };
  const { recipients } = await ctx.clients
    .identity(caller)
    .listRecipients(asked)
    .catch((error: unknown) => {
      throw fromConnectError(error);
    });
  return recipients.map(({ userId, name, email, role }) => ({
    userId,
    to: { name: name ?? '', address: email },
    role: roleFromProto(role),
  }));
}
