import type { HandlerContext } from '@connectrpc/connect';
import { DomainError, refuseViolations } from '@drippulse/errors';
import type { SignUpRequest } from '@drippulse/proto/drippulse/identity/v1/sign_up_pb';
import type { Context } from '../context.ts';
import { signUpNotice } from '../links/notices.ts';
import { addMail, requireMailer } from '../links/send-mail.ts';
import { createLinkToken, hashLinkToken } from '../links/token.ts';
import { memberProblems } from '../team-members/fields.ts';
import { textProblems } from '../violations.ts';

const linkWorksMs = 24 * 3_600_000;
const longestName = 255;
/** The mails of a sign-up belong to no organization. */
const noOrganization = 0n;

/** Requests a sign-up without any look-up, so that the response does not depend on who has the address. */
export async function signUp(ctx: Context, request: SignUpRequest, _call: HandlerContext) {
  requireOpen(ctx);
  requireMailer(ctx);
  const { organizationName = '', email = '' } = request;
  refuseViolations([...textProblems('organization_name', organizationName, longestName), ...memberProblems({ email })]);
  await ctx.mailLimits.countSignUp(email);
  const now = ctx.clock.now();
  const token = createLinkToken();
  const hash = hashLinkToken(token);
  await ctx.db.kysely.transaction().execute(async (trx) => {
    await trx
      .insertInto('sign_ups')
      .values({
        organization_name: organizationName,
        email,
        token_hash: hash,
        created_at: now,
        expires_at: new Date(now.getTime() + linkWorksMs),
      })
      .execute();
    await addMail(ctx, trx, {
      organizationId: noOrganization,
      key: `sign_up:${hash.toString('hex').slice(0, 32)}`,
      to: { name: '', address: email },
      notice: signUpNotice({ publicUrl: ctx.config.publicUrl, token }),
    });
  });
  ctx.metrics.linkMailed('sign_up');
  ctx.wake.mails();
  return {};
}

export function requireOpen({ config }: Pick<Context, 'config'>): void {
  if (config.isSignUpOpen) return;
  throw new DomainError('permission_denied', 'sign_up_closed', 'This installation takes no sign-ups.');
}
