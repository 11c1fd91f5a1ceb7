import type { HandlerContext } from '@connectrpc/connect';
import { refuseViolations } from '@drippulse/errors';
import type { ResetPasswordRequest } from '@drippulse/proto/drippulse/identity/v1/own_account_pb';
import { sql } from 'kysely';
import { credentialsChangedHeader } from '../../call-metadata.ts';
import type { Context } from '../context.ts';
import { auditIdentity } from '../identities/audit-identity.ts';
import { passwordChangedNotice } from '../links/notices.ts';
import { addMail } from '../links/send-mail.ts';
import { findLink, linkNotValid, useLink } from '../links/use-link.ts';
import { endSessionsOfIdentity } from '../sessions/end-sessions.ts';
import { passwordProblems } from '../team-members/fields.ts';

export async function resetPassword(
  ctx: Context,
  { token = '', password = '' }: ResetPasswordRequest,
  call: HandlerContext,
) {
  const now = ctx.clock.now();
  const link = await findLink(ctx.db.kysely, 'password_reset', { token, now });
  refuseViolations(passwordProblems(password));
  const passwordHash = await ctx.passwords.hash(password);
  await ctx.db.kysely.transaction().execute(async (trx) => {
    await useLink(trx, link);
    // A former address of the identity may belong to a different person now, so a link to it is not valid.
    const identity = await trx
      .updateTable('identities')
      .set({
        password_hash: passwordHash,
        email_verified_at: sql`coalesce(email_verified_at, ${now})`,
        updated_at: now,
      })
      .where('id', '=', link.identity_id)
      .where(sql<boolean>`lower(email) = lower(${link.email})`)
      .returning(['id', 'username', 'email'])
      .executeTakeFirst();
    if (!identity) throw linkNotValid();
    await endSessionsOfIdentity(trx, identity.id, now);
    // Deletes all links, because a person who knew the previous password may have requested a change of the address.
    await trx.deleteFrom('mailed_links').where('identity_id', '=', identity.id).execute();
    const [first] = await auditIdentity(trx, call, identity.id, { name: 'password.reset' });
    if (first === undefined || ctx.mailer === undefined) return;
    const key = `password_changed:${link.token_hash.toString('hex').slice(0, 32)}`;
    const to = { name: identity.username, address: identity.email };
    const notice = passwordChangedNotice(identity.username);
    await addMail(ctx, trx, { organizationId: first.organizationId, key, to, notice });
  });
  call.responseHeader.set(credentialsChangedHeader, 'true');
  ctx.metrics.linkUsed('password_reset');
  ctx.relay.wake();
  ctx.wake.mails();
  return {};
}
