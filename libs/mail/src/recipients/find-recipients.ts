import type { Client } from '@connectrpc/connect';
import type { IdentityService, NotificationTopic } from '@drippulse/proto/drippulse/identity/v1/identity_pb';
import type { Role } from '@drippulse/proto/drippulse/rest/v1/role_pb';
import { type Caller, fromConnectError } from '@drippulse/rpc';
import type { Address } from '../transport/mailer.ts';

/** A member who gets mails about a topic. */
export type Recipient = { userId: bigint; to: Address; role: Role };

/** A service's request for recipients: the conditions that members must meet. */
export type Asked = { service: string; organizationId: bigint; roles: Role[]; topic: NotificationTopic };

/**
 * Finds the active members of an organization who have one of the roles and want mails about the topic. Call it outside
 * of a transaction.
 */
export async function findRecipients(
  identity: (caller: Caller) => Pick<Client<typeof IdentityService>, 'listRecipients'>,
  { service, organizationId, roles, topic }: Asked,
): Promise<Recipient[]> {
  const client = identity({ organizationId, actor: { type: 'service', id: service }, role: 'viewer', mode: 'live' });
  const { recipients } = await client.listRecipients({ roles, topic }).catch((error: unknown) => {
    throw fromConnectError(error);
  });
  return recipients.map(({ userId, name, email, role }) => ({
    userId,
    to: { name: name ?? '', address: email },
    role,
  }));
}
