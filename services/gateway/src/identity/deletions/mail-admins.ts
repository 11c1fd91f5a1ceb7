import type { Notice } from '@drippulse/mail';
import type { Transaction } from 'kysely';
import type { DB } from '../../db/schema.ts';
import type { Context } from '../context.ts';
import { addMail } from '../links/send-mail.ts';

/** The mails belong to no organization, so that they remain when the organization's rows are erased. */
const noOrganization = 0n;

/** Adds a mail to each administrator. A repeated call must pass the same `key`, so that nobody gets the mail twice. */
export async function mailAdmins(
  ctx: Context,
  trx: Transaction<DB>,
  { organizationId, key, notice }: { organizationId: bigint; key: string; notice: Notice },
): Promise<void> {
  if (ctx.mailer === undefined) return;
  const admins = await trx
    .selectFrom('memberships')
    .select(['id', 'name', 'username', 'email'])
    .where('organization_id', '=', organizationId)
    .where('role', '=', 'admin')
    .where('status', '=', 'active')
    .orderBy('id')
    .execute();
  for (const { id, name, username, email } of admins) {
    await addMail(ctx, trx, {
      organizationId: noOrganization,
      key: `organization_deletion:${key}:${organizationId}:${id}`,
      to: { name: name ?? username, address: email },
      notice,
    });
  }
}
