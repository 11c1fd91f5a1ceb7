import { create } from '@bufbuild/protobuf';
import type { HandlerContext } from '@connectrpc/connect';
import type { SubmitNewPasswordRequest } from '@drippulse/proto/drippulse/identity/v1/link_pages_pb';
import { ResetPasswordRequestSchema } from '@drippulse/proto/drippulse/identity/v1/own_account_pb';
import type { Context } from '../context.ts';
import { newPasswordPage } from '../pages/links.ts';
import { submitForm } from '../sign-in/submit-form.ts';
import { resetPassword } from './reset-password.ts';

export async function submitNewPassword(ctx: Context, { body }: SubmitNewPasswordRequest, call: HandlerContext) {
  const page = await submitForm(ctx, call, {
    body,
    again: newPasswordPage,
    act: async (form) => {
      const request = create(ResetPasswordRequestSchema, {
        token: form.get('token')?.trim() ?? '',
        password: form.get('password') ?? '',
      });
      await resetPassword(ctx, request, call);
      return { title: 'Your password is set', sentences: ['Every session has ended. Sign in with the new password.'] };
    },
  });
  return { page };
}
