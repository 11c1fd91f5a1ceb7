import { create } from '@bufbuild/protobuf';
import type { HandlerContext } from '@connectrpc/connect';
import type { SubmitAddressChangeRequest } from '@drippulse/proto/drippulse/identity/v1/link_pages_pb';
import { ConfirmEmailRequestSchema } from '@drippulse/proto/drippulse/identity/v1/own_account_pb';
import type { Context } from '../context.ts';
import { addressChangePage } from '../pages/links.ts';
import { submitForm } from '../sign-in/submit-form.ts';
import { confirmEmail } from './confirm-email.ts';

export async function submitAddressChange(ctx: Context, { body }: SubmitAddressChangeRequest, call: HandlerContext) {
  const page = await submitForm(ctx, call, {
    body,
    again: addressChangePage,
    act: async (form) => {
      await confirmEmail(ctx, create(ConfirmEmailRequestSchema, { token: form.get('token')?.trim() ?? '' }), call);
      return { title: 'Your address is confirmed', sentences: ['Mails go there from now on.'] };
    },
  });
  return { page };
}
