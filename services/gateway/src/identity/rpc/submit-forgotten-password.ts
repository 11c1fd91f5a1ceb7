import { create } from '@bufbuild/protobuf';
import type { HandlerContext } from '@connectrpc/connect';
import type { SubmitForgottenPasswordRequest } from '@drippulse/proto/drippulse/identity/v1/link_pages_pb';
import { ForgetPasswordRequestSchema } from '@drippulse/proto/drippulse/identity/v1/own_account_pb';
import type { Context } from '../context.ts';
import { forgottenPasswordPage } from '../pages/links.ts';
import { submitForm } from '../sign-in/submit-form.ts';
import { forgetPassword } from './forget-password.ts';

export async function submitForgottenPassword(
  ctx: Context,
  { body }: SubmitForgottenPasswordRequest,
  call: HandlerContext,
) {
  const page = await submitForm(ctx, call, {
    body,
    again: forgottenPasswordPage,
    act: async (form) => {
      await forgetPassword(ctx, create(ForgetPasswordRequestSchema, { email: form.get('email')?.trim() ?? '' }), call);
      const sentence = 'If somebody has this address, a link is on its way. It works for an hour and once.';
      return { title: 'Look into your mailbox', sentences: [sentence] };
    },
  });
  return { page };
}
