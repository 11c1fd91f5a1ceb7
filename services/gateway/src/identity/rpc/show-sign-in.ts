import type { HandlerContext } from '@connectrpc/connect';
import type { ShowSignInRequest } from '@drippulse/proto/drippulse/identity/v1/sign_in_pages_pb';
import { answerPage } from '@drippulse/service/pages';
import type { Context } from '../context.ts';
import { signInPage } from '../pages/sign-in.ts';
import { waysIn } from '../sign-in/ways-in.ts';

export async function showSignIn(ctx: Context, _request: ShowSignInRequest, call: HandlerContext) {
  return { page: answerPage(call, 200, signInPage(waysIn(ctx))) };
}
