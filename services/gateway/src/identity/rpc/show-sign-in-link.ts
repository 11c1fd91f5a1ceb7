import type { HandlerContext } from '@connectrpc/connect';
import type { ShowSignInLinkRequest } from '@drippulse/proto/drippulse/identity/v1/sign_in_link_pages_pb';
import { answerPage } from '@drippulse/service/pages';
import type { Context } from '../context.ts';
import { signInLinkPage } from '../pages/sign-in-link.ts';

export async function showSignInLink(_ctx: Context, _request: ShowSignInLinkRequest, call: HandlerContext) {
  return { page: answerPage(call, 200, signInLinkPage({})) };
}
