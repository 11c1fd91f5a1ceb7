import { create } from '@bufbuild/protobuf';
import { timestampDate } from '@bufbuild/protobuf/wkt';
import type { HandlerContext } from '@connectrpc/connect';
import type { CreateDashboardSessionRequest } from '@drippulse/proto/drippulse/identity/v1/dashboard_session_pb';
import { type LoginRequest, LoginRequestSchema } from '@drippulse/proto/drippulse/identity/v1/identity_pb';
import { sessionCookie } from '../../session-cookie.ts';
import type { Context } from '../context.ts';
import { login } from './login.ts';

/** Logs in, and puts the token only into the cookie. */
export async function createDashboardSession(
  ctx: Context,
  request: CreateDashboardSessionRequest,
  call: HandlerContext,
) {
  const { username, password, code } = request;
  const given: LoginRequest = create(LoginRequestSchema, { username, password, code });
  const { token, expiresAt, admin } = await login(ctx, given, call);
  const secondsLeft = (timestampDate(expiresAt).getTime() - ctx.clock.now().getTime()) / 1000;
  call.responseHeader.append('set-cookie', sessionCookie(ctx.config.publicUrl, token, secondsLeft));
  return { expiresAt, admin };
}
