import type { HandlerContext } from '@connectrpc/connect';
import type { ShowSignUpLinkRequest } from '@drippulse/proto/drippulse/identity/v1/link_pages_pb';
import { answerPage } from '@drippulse/service/pages';
import type { Context } from '../context.ts';
import { signUpLinkPage } from '../pages/links.ts';
import { requireOpen } from './sign-up.ts';

export async function showSignUpLink(ctx: Context, _request: ShowSignUpLinkRequest, call: HandlerContext) {
  requireOpen(ctx);
  return { page: answerPage(call, 200, signUpLinkPage({})) };
}
