import type { HandlerContext } from '@connectrpc/connect';
import type { ConfirmEmailRequest } from '@drippulse/proto/drippulse/identity/v1/own_account_pb';
import type { Context } from '../context.ts';
import { auditIdentity } from '../identities/audit-identity.ts';
import { addressChangedNotice } from '../links/notices.ts';
import { addMail } from '../links/send-mail.ts';
import { findLink, linkNotValid, useLink } from '../links/use-link.ts';
import { refusingTakenNames } from '../team-members/unique-names.ts';

export async function confirmEmail(ctx: Context, { token = '' }: ConfirmEmailRequest, call: HandlerContext) {
  const now = ctx.clock.now();
  const link = await findLink(ctx.db.kysely, 'address_change', { token, now });
  await ctx.db.kysely.transaction().execute(async (trx) => {
    // Locks the members before the link and the identity, because the trigger writes the new address into them.
    const ofIdentity = trx.selectFrom('memberships').select('id').where('identity_id', '=', link.identity_id);
    await ofIdentity.orderBy('id').forNoKeyUpdate().execute();
    await useLink(trx, link);
    const former = await trx
      .selectFrom('identities')
      .select(['id', 'username', 'email'])
      .where('id', '=', link.identity_id)
      .forNoKeyUpdate()
      .executeTakeFirst();
    if (!former) throw linkNotValid();
    const update = trx
      .updateTable('identities')
      .set({ email: link.email, email_verified_at: now, updated_at: now })
      .where('id', '=', former.id);
    await refusingTakenNames(update.execute());
    const change = { before: { email: former.email }, after: { email: link.email } };
    const [first] = await auditIdentity(trx, call, former.id, { name: 'team_member.updated', ...change });
    const isSame = former.email.toLowerCase() === link.email.toLowerCase();
    if (first === undefined || ctx.mailer === undefined || isSame) return;
    const key = `address_changed:${link.token_hash.toString('hex').slice(0, 32)}`;
    const to = { name: former.username, address: former.email };
    const notice = addressChangedNotice(former.username, link.email);
    await addMail(ctx, trx, { organizationId: first.organizationId, key, to, notice });
  });
  ctx.metrics.linkUsed('address_change');
  ctx.relay.wake();
  ctx.wake.mails();
  return {};
}
