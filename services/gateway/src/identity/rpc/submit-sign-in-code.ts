import type { HandlerContext } from '@connectrpc/connect';
import type { SubmitSignInCodeRequest } from '@drippulse/proto/drippulse/identity/v1/sign_in_pages_pb';
import { answerPage } from '@drippulse/service/pages';
import type { Context } from '../context.ts';
import { requireFactor } from '../mfa/require-factor.ts';
import { codePage } from '../pages/sign-in.ts';
import { completeSignIn } from '../sign-in/complete.ts';
import { formProblem } from '../sign-in/form-problem.ts';
import { readOwnForm } from '../sign-in/own-form.ts';
import { readPending } from '../sign-in/pending.ts';
import { answerTooLate } from '../sign-in/too-late.ts';

export async function submitSignInCode(ctx: Context, { body }: SubmitSignInCodeRequest, call: HandlerContext) {
  const code = readOwnForm(ctx, body, call).get('code') ?? '';
  const pending = readPending(ctx, call);
  if (pending?.step !== 'code') return { page: answerTooLate(call) };
  const { step: _step, ...who } = pending;
  try {
    await requireFactor(ctx, who.identityId, code);
    return { page: await completeSignIn(ctx, call, { ...who, hasPassedFactor: true }) };
  } catch (error) {
    const { status, problem } = formProblem(error);
    return { page: answerPage(call, status, codePage({ problem })) };
  }
}
