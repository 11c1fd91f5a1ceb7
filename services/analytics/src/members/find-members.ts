import type { Address } from '@drippulse/mail';
import { NotificationTopic } from '@drippulse/proto/drippulse/identity/v1/identity_pb';
import { Role } from '@drippulse/proto/drippulse/rest/v1/role_pb';
import { type Caller, fromConnectError } from '@drippulse/rpc';
import { serviceOf } from '@drippulse/topology';
import type { Context } from '../context.ts';

/** A member who gets mails about reports. */
export type Member = { id: bigint; to: Address; isAdmin: boolean };

/** The active members of an organization who want mails about reports. Call it outside of a transaction. */
export async function findMembers({ clients }: Pick<Context, 'clients'>, organizationId: bigint): Promise<Member[]> {
  const actor = { type: 'service', id: serviceOf('analytics') } as const;
  const caller: Caller = { organizationId, actor, role: 'viewer', mode: 'live' };
  const roles = [Role.VIEWER, Role.APPROVER, Role.EDITOR, Role.ADMIN];
  const { recipients } = await clients
    .members(caller)
    .listRecipients({ roles, topic: NotificationTopic.REPORTS })
    .catch((error: unknown) => {
      throw fromConnectError(error);
    });
  return recipients.map(({ userId, name, email, role }) => ({
    id: userId,
    to: { name: name ?? '', address: email },
    isAdmin: role === Role.ADMIN,
  }));
}
