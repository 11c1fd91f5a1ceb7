import type { HandlerContext } from '@connectrpc/connect';
import type { StartGoogleSignInRequest } from '@drippulse/proto/drippulse/identity/v1/sign_in_pages_pb';
import type { Context } from '../context.ts';
import { answerNotConfigured, googleOf } from '../sign-in/google.ts';
import { leaveFor } from '../sign-in/visit-provider.ts';

export async function startGoogleSignIn(ctx: Context, _request: StartGoogleSignInRequest, call: HandlerContext) {
  const google = googleOf(ctx);
  if (google === undefined) return { page: answerNotConfigured(ctx, call) };
  // A person with several Google accounts chooses one of them.
  return leaveFor(ctx, call, google, { prompt: 'select_account' });
}
