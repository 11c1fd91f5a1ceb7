import type { HandlerContext } from '@connectrpc/connect';
import type { GetSenderRequest } from '@drippulse/proto/drippulse/messaging/v1/sender_pb';
import { callerOf } from '@drippulse/rpc';
import type { Context } from '../context.ts';
import { findSender, senderToProto } from '../messaging/index.ts';

export async function getSender(ctx: Context, _request: GetSenderRequest, call: HandlerContext) {
  return { sender: senderToProto(await findSender(ctx.db.kysely, callerOf(call).organizationId)) };
}
