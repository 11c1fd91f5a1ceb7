import { findRecipients, type Recipient } from '@drippulse/mail';
import { NotificationTopic } from '@drippulse/proto/drippulse/identity/v1/identity_pb';
import { Role } from '@drippulse/proto/drippulse/rest/v1/role_pb';
import type { Context } from '../context.ts';

/** Finds the admins of an organization who want mails about its connections. Must be called outside a transaction. */
export function findAdmins({ clients }: Context, organizationId: bigint): Promise<Recipient[]> {
  const about = { roles: [Role.ADMIN], topic: NotificationTopic.INTEGRATIONS };
  return findRecipients(clients.identity, { service: 'integrations', organizationId, ...about });
}
