import type { HandlerContext } from '@connectrpc/connect';
import type { ShowInvitationRequest } from '@drippulse/proto/drippulse/identity/v1/link_pages_pb';
import { answerPage } from '@drippulse/service/pages';
import type { Context } from '../context.ts';
import { invitationPage } from '../pages/links.ts';

export async function showInvitation(_ctx: Context, _request: ShowInvitationRequest, call: HandlerContext) {
  return { page: answerPage(call, 200, invitationPage({})) };
}
