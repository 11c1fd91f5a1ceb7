import * as mail from '@drippulse/mail';
import type { Context } from '../context.ts';

/**
 * Finds the members of an organization with these roles who want mails about the topic. Call it before a transaction.
 */
export function findRecipients(
  { clients }: Context,
  organizationId: bigint,
  asked: Pick<Parameters<typeof mail.findRecipients>[1], 'roles' | 'topic'>,
): Promise<mail.Recipient[]> {
  return mail.findRecipients(clients.identity, { service: 'enrollment-runtime', organizationId, ...asked });
}
