import type { HandlerContext } from '@connectrpc/connect';
import type { StartSsoSignInRequest } from '@drippulse/proto/drippulse/identity/v1/sign_in_pages_pb';
import type { Context } from '../context.ts';
import { leaveFor } from '../sign-in/visit-provider.ts';
import { answerNoSso, findSsoPlace } from '../sso/find-place.ts';

export async function startSsoSignIn(ctx: Context, { slug }: StartSsoSignInRequest, call: HandlerContext) {
  const place = await findSsoPlace(ctx, slug);
  return place === undefined ? { page: answerNoSso(call) } : leaveFor(ctx, call, place);
}
