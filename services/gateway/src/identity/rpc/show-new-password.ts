import type { HandlerContext } from '@connectrpc/connect';
import type { ShowNewPasswordRequest } from '@drippulse/proto/drippulse/identity/v1/link_pages_pb';
import { answerPage } from '@drippulse/service/pages';
import type { Context } from '../context.ts';
import { newPasswordPage } from '../pages/links.ts';

export async function showNewPassword(_ctx: Context, _request: ShowNewPasswordRequest, call: HandlerContext) {
  return { page: answerPage(call, 200, newPasswordPage({})) };
}
