import type { HandlerContext } from '@connectrpc/connect';
import type { ShowAddressChangeRequest } from '@drippulse/proto/drippulse/identity/v1/link_pages_pb';
import { answerPage } from '@drippulse/service/pages';
import type { Context } from '../context.ts';
import { addressChangePage } from '../pages/links.ts';

export async function showAddressChange(_ctx: Context, _request: ShowAddressChangeRequest, call: HandlerContext) {
  return { page: answerPage(call, 200, addressChangePage({})) };
}
