import type { HandlerContext } from '@connectrpc/connect';
import type { ShowSignUpRequest } from '@drippulse/proto/drippulse/identity/v1/link_pages_pb';
import { answerPage } from '@drippulse/service/pages';
import type { Context } from '../context.ts';
import { signUpPage } from '../pages/links.ts';
import { requireOpen } from './sign-up.ts';

export async function showSignUp(ctx: Context, _request: ShowSignUpRequest, call: HandlerContext) {
  requireOpen(ctx);
  return { page: answerPage(call, 200, signUpPage({})) };
}
