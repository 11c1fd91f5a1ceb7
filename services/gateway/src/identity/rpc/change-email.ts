import type { HandlerContext } from '@connectrpc/connect';
import { refuseViolations } from '@drippulse/errors';
import type { ChangeEmailRequest } from '@drippulse/proto/drippulse/identity/v1/own_account_pb';
import { callerOf } from '@drippulse/rpc';
import type { Context } from '../context.ts';
import { lockOwnIdentity } from '../identities/lock-own.ts';
import { identityIdOf } from '../identities/own-identity.ts';
import { issueLink } from '../links/issue-link.ts';
import { addressNotice } from '../links/notices.ts';
import { addMail, requireMailer } from '../links/send-mail.ts';
import { provesIdentity } from '../sessions/proves-identity.ts';
import { memberProblems } from '../team-members/fields.ts';

/**
 * Mails a link to the new address, without checking whether the address is taken. The check happens when the link is
 * opened, and the page then shows the result.
 */
export async function changeEmail(ctx: Context, { email = '' }: ChangeEmailRequest, call: HandlerContext) {
  refuseViolations(memberProblems({ email }));
  requireMailer(ctx);
  const caller = callerOf(call);
  const identityId = await identityIdOf(ctx.db.kysely, caller);
  await ctx.mailLimits.countAddressChange(identityId);
  await ctx.db.kysely.transaction().execute(async (trx) => {
    // A provider that one organization chose is not trusted by any other organization.
    if (!(await provesIdentity(trx, call))) {
      await lockOwnIdentity(trx, { identityId, memberId: BigInt(caller.actor.id) });
    }
    const { username } = await trx
      .selectFrom('identities')
      .select('username')
      .where('id', '=', identityId)
      .executeTakeFirstOrThrow();
    const link = await issueLink(trx, { kind: 'address_change', identityId }, { email, now: ctx.clock.now() });
    const notice = addressNotice({ publicUrl: ctx.config.publicUrl, token: link.token }, username);
    const to = { name: username, address: email };
    await addMail(ctx, trx, { organizationId: caller.organizationId, key: link.key, to, notice });
  });
  ctx.metrics.linkMailed('address_change');
  ctx.wake.mails();
  return { status: 'accepted' };
}
