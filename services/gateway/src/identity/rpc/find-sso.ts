import type { HandlerContext } from '@connectrpc/connect';
import type { FindSsoRequest } from '@drippulse/proto/drippulse/identity/v1/sign_in_pages_pb';
import { answerPage } from '@drippulse/service/pages';
import type { Context } from '../context.ts';
import { leavePage } from '../pages/sign-in.ts';
import { answerNoSso, findSsoPlace } from '../sso/find-place.ts';

export async function findSso(ctx: Context, request: FindSsoRequest, call: HandlerContext) {
  const slug = request.organization.trim().toLowerCase();
  const place = await findSsoPlace(ctx, slug);
  if (place === undefined) return { page: answerNoSso(call) };
  const { organization, sso } = place;
  return { page: answerPage(call, 200, leavePage({ organization, issuer: sso.issuer, slug })) };
}
