import { timestampFromDate } from '@bufbuild/protobuf/wkt';
import type { HandlerContext } from '@connectrpc/connect';
import type { LoginRequest } from '@drippulse/proto/drippulse/identity/v1/identity_pb';
import type { Context } from '../context.ts';
import { requireFactor } from '../mfa/require-factor.ts';
import { checkPassword, invalidCredentials } from '../sessions/check-password.ts';
import { startSession } from '../sessions/start-session.ts';
import { adminToProto } from '../sessions/to-proto.ts';

/** Logs in to the most recently used organization. */
export async function login(ctx: Context, request: LoginRequest, call: HandlerContext) {
  const { username = '', password = '', code } = request;
  const { lastMemberId, hasFactor, ...proven } = await checkPassword(ctx, { username, password }, call);
  if (hasFactor) await requireFactor(ctx, proven.identityId, code);
  const who = { ...proven, memberId: lastMemberId, method: 'password', hasPassedFactor: hasFactor } as const;
  const session = await startSession(ctx, call, who);
  if (session === undefined) throw invalidCredentials();
  const { token, expiresAt, member } = session;
  return { token, expiresAt: timestampFromDate(expiresAt), admin: adminToProto(member) };
}
