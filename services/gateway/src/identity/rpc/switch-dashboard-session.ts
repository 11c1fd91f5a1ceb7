import { create } from '@bufbuild/protobuf';
import { timestampDate } from '@bufbuild/protobuf/wkt';
import type { HandlerContext } from '@connectrpc/connect';
import type { SwitchDashboardSessionRequest } from '@drippulse/proto/drippulse/identity/v1/dashboard_session_pb';
import { SwitchOrganizationRequestSchema } from '@drippulse/proto/drippulse/identity/v1/own_account_pb';
import { sessionCookie } from '../../session-cookie.ts';
import type { Context } from '../context.ts';
import { switchOrganization } from './switch-organization.ts';

/** Switches the organization, and puts the token only into the cookie. */
export async function switchDashboardSession(
  ctx: Context,
  { organizationId }: SwitchDashboardSessionRequest,
  call: HandlerContext,
) {
  const given = create(SwitchOrganizationRequestSchema, { organizationId });
  const { token, expiresAt, admin } = await switchOrganization(ctx, given, call);
  const secondsLeft = (timestampDate(expiresAt).getTime() - ctx.clock.now().getTime()) / 1000;
  call.responseHeader.append('set-cookie', sessionCookie(ctx.config.publicUrl, token, secondsLeft));
  return { expiresAt, admin };
}
