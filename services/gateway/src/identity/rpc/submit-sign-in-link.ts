import type { HandlerContext } from '@connectrpc/connect';
import { DomainError } from '@drippulse/errors';
import type { SubmitSignInLinkRequest } from '@drippulse/proto/drippulse/identity/v1/sign_in_link_pages_pb';
import { answerPage } from '@drippulse/service/pages';
import type { Context } from '../context.ts';
import { findLink, linkNotValid, useLink } from '../links/use-link.ts';
import { signInLinkPage } from '../pages/sign-in-link.ts';
import { completeSignIn } from '../sign-in/complete.ts';
import { readOwnForm } from '../sign-in/own-form.ts';

export async function submitSignInLink(ctx: Context, { body }: SubmitSignInLinkRequest, call: HandlerContext) {
  const token = readOwnForm(ctx, body, call).get('token')?.trim() ?? '';
  try {
    const identityId = await useUp(ctx, token);
    return { page: await completeSignIn(ctx, call, { identityId, method: 'password', hasPassedFactor: false }) };
  } catch (error) {
    if (!(error instanceof DomainError) || error.reason !== 'link_not_valid') throw error;
    return { page: answerPage(call, 422, signInLinkPage({ problem: error.message })) };
  }
}

/** Uses up a link, which is invalid afterwards. Returns the id of the identity that it signs in. */
async function useUp(ctx: Context, token: string): Promise<bigint> {
  return ctx.db.kysely.transaction().execute(async (trx) => {
    const link = await findLink(trx, 'sign_in', { token, now: ctx.clock.now() });
    await useLink(trx, link);
    if (link.identity_id === null) throw linkNotValid();
    return link.identity_id;
  });
}
