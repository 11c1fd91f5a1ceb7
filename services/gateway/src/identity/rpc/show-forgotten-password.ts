import type { HandlerContext } from '@connectrpc/connect';
import type { ShowForgottenPasswordRequest } from '@drippulse/proto/drippulse/identity/v1/link_pages_pb';
import { answerPage } from '@drippulse/service/pages';
import type { Context } from '../context.ts';
import { forgottenPasswordPage } from '../pages/links.ts';

export async function showForgottenPassword(
  _ctx: Context,
  _request: ShowForgottenPasswordRequest,
  call: HandlerContext,
) {
  return { page: answerPage(call, 200, forgottenPasswordPage({})) };
}
