import { create } from '@bufbuild/protobuf';
import type { HandlerContext } from '@connectrpc/connect';
import type { SubmitSignUpRequest } from '@drippulse/proto/drippulse/identity/v1/link_pages_pb';
import { SignUpRequestSchema } from '@drippulse/proto/drippulse/identity/v1/sign_up_pb';
import type { Context } from '../context.ts';
import { signUpPage } from '../pages/links.ts';
import { submitForm } from '../sign-in/submit-form.ts';
import { requireOpen, signUp } from './sign-up.ts';

export async function submitSignUp(ctx: Context, { body }: SubmitSignUpRequest, call: HandlerContext) {
  requireOpen(ctx);
  const page = await submitForm(ctx, call, {
    body,
    again: signUpPage,
    act: async (form) => {
      const request = create(SignUpRequestSchema, {
        organizationName: form.get('organization_name')?.trim() ?? '',
        email: form.get('email')?.trim() ?? '',
      });
      await signUp(ctx, request, call);
      return {
        title: 'Look into your mailbox',
        sentences: ['A link is on its way. It works for a day and once. Nothing is made before you follow it.'],
      };
    },
  });
  return { page };
}
