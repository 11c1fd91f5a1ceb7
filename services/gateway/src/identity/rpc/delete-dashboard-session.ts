import { create } from '@bufbuild/protobuf';
import type { HandlerContext } from '@connectrpc/connect';
import type { DeleteDashboardSessionRequest } from '@drippulse/proto/drippulse/identity/v1/dashboard_session_pb';
import { LogoutRequestSchema } from '@drippulse/proto/drippulse/identity/v1/identity_pb';
import { endedSessionCookie } from '../../session-cookie.ts';
import type { Context } from '../context.ts';
import { logout } from './logout.ts';

export async function deleteDashboardSession(
  ctx: Context,
  _request: DeleteDashboardSessionRequest,
  call: HandlerContext,
) {
  await logout(ctx, create(LogoutRequestSchema), call);
  call.responseHeader.append('set-cookie', endedSessionCookie(ctx.config.publicUrl));
  return {};
}
