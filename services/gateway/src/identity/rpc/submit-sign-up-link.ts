import { create } from '@bufbuild/protobuf';
import type { HandlerContext } from '@connectrpc/connect';
import type { SubmitSignUpLinkRequest } from '@drippulse/proto/drippulse/identity/v1/link_pages_pb';
import { ConfirmSignUpRequestSchema } from '@drippulse/proto/drippulse/identity/v1/sign_up_pb';
import type { Context } from '../context.ts';
import { signUpLinkPage } from '../pages/links.ts';
import { given, submitForm } from '../sign-in/submit-form.ts';
import { confirmSignUp } from './confirm-sign-up.ts';
import { requireOpen } from './sign-up.ts';

export async function submitSignUpLink(ctx: Context, { body }: SubmitSignUpLinkRequest, call: HandlerContext) {
  requireOpen(ctx);
  const page = await submitForm(ctx, call, {
    body,
    again: signUpLinkPage,
    act: async (form) => {
      const request = create(ConfirmSignUpRequestSchema, {
        token: form.get('token')?.trim() ?? '',
        username: given(form, 'username'),
        password: form.get('password') ?? '',
        name: given(form, 'name'),
      });
      const { organizationName } = await confirmSignUp(ctx, request, call);
      return { title: 'Welcome', sentences: [`${organizationName} is yours now. Sign in.`] };
    },
  });
  return { page };
}
