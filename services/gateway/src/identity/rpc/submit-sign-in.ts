import type { HandlerContext } from '@connectrpc/connect';
import type { SubmitSignInRequest } from '@drippulse/proto/drippulse/identity/v1/sign_in_pages_pb';
import { answerPage } from '@drippulse/service/pages';
import type { Context } from '../context.ts';
import { signInPage } from '../pages/sign-in.ts';
import { checkPassword } from '../sessions/check-password.ts';
import { completeSignIn } from '../sign-in/complete.ts';
import { formProblem } from '../sign-in/form-problem.ts';
import { readOwnForm } from '../sign-in/own-form.ts';
import { waysIn } from '../sign-in/ways-in.ts';

export async function submitSignIn(ctx: Context, { body }: SubmitSignInRequest, call: HandlerContext) {
  const form = readOwnForm(ctx, body, call);
  const username = form.get('username') ?? '';
  try {
    const proven = await checkPassword(ctx, { username, password: form.get('password') ?? '' }, call);
    const { identityId, passwordHash } = proven;
    return {
      page: await completeSignIn(ctx, call, { identityId, passwordHash, method: 'password', hasPassedFactor: false }),
    };
  } catch (error) {
    const { status, problem } = formProblem(error);
    return { page: answerPage(call, status, signInPage({ ...waysIn(ctx), username, problem })) };
  }
}
