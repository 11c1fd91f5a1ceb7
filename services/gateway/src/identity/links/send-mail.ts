import { DomainError } from '@drippulse/errors';
import { type Address, addSecretNotices, type Notice } from '@drippulse/mail';
import type { Transaction } from 'kysely';
import type { DB } from '../../db/schema.ts';
import type { Context } from '../context.ts';

/** Refuses an operation that needs a mail, if the installation sends no mails. */
export function requireMailer({ mailer }: Pick<Context, 'mailer'>): void {
  if (mailer !== undefined) return;
  throw new DomainError(
    'unavailable',
    'mail_not_configured',
    'This installation sends no mails. Its operator sets SMTP_URL.',
  );
}

/**
 * Adds a mail in the transaction of its cause; call `ctx.wake.mails` after the commit. The mail is sealed until it is
 * sent, because its link is a secret.
 */
export async function addMail(
  { config, clock, sealer }: Pick<Context, 'config' | 'clock' | 'sealer'>,
  trx: Transaction<DB>,
  mail: { organizationId: bigint; key: string; to: Address; notice: Notice },
): Promise<void> {
  await addSecretNotices(trx, [mail], { mailFrom: config.mailFrom, date: clock.now(), sealer });
}
