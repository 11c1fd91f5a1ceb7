import type { Address } from '@drippulse/mail';
import { NotificationTopic } from '@drippulse/proto/drippulse/identity/v1/identity_pb';
import { Role } from '@drippulse/proto/drippulse/rest/v1/role_pb';
import { type Caller, fromConnectError } from '@drippulse/rpc';
import type { Context } from '../context.ts';

/** The admins of an organization who want mails about its connections. Call it outside of a transaction. */
export async function findAdmins(
  { clients }: Context,
  organizationId: bigint,
): Promise<{ userId: bigint; to: Address }[]> {
  const caller: Caller = {
    organizationId,
    actor: { type: 'service', id: 'integrations' },
    role: 'viewer',
    mode: 'live',
  };
  const { recipients } = await clients
    .identity(caller)
    .listRecipients({ roles: [Role.ADMIN], topic: NotificationTopic.INTEGRATIONS })
    .catch((error: unknown) => {
      throw fromConnectError(error);
    });
  return recipients.map(({ userId, name, email }) => ({ userId, to: { name: name ?? '', address: email } }));
}
