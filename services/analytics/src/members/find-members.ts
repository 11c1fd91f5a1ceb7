import { findRecipients, type Recipient } from '@drippulse/mail';
import { NotificationTopic } from '@drippulse/proto/drippulse/identity/v1/identity_pb';
import { Role } from '@drippulse/proto/drippulse/rest/v1/role_pb';
import { serviceOf } from '@drippulse/topology';
import type { Context } from '../context.ts';

/** Finds the active members of an organization who want mails about reports. Must be called outside a transaction. */
export function findMembers({ clients }: Pick<Context, 'clients'>, organizationId: bigint): Promise<Recipient[]> {
  const roles = [Role.VIEWER, Role.APPROVER, Role.EDITOR, Role.ADMIN];
  const about = { roles, topic: NotificationTopic.REPORTS };
  return findRecipients(clients.members, { service: serviceOf('analytics'), organizationId, ...about });
}
