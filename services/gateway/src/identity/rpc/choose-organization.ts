import type { HandlerContext } from '@connectrpc/connect';
import type { ChooseOrganizationRequest } from '@drippulse/proto/drippulse/identity/v1/sign_in_pages_pb';
import type { Context } from '../context.ts';
import { signInTo } from '../sign-in/complete.ts';
import { readOwnForm } from '../sign-in/own-form.ts';
import { readPending } from '../sign-in/pending.ts';
import { answerTooLate } from '../sign-in/too-late.ts';

/**
 * Signs in to the organization of a membership, but only if the membership belongs to the person: `startSession` looks
 * up the membership and the person together.
 */
export async function chooseOrganization(ctx: Context, { body }: ChooseOrganizationRequest, call: HandlerContext) {
  const member = readOwnForm(ctx, body, call).get('member') ?? '';
  const pending = readPending(ctx, call);
  if (pending?.step !== 'choose' || !/^\d{1,18}$/.test(member)) return { page: answerTooLate(call) };
  const { step: _step, ...who } = pending;
  return { page: await signInTo(ctx, call, { ...who, memberId: BigInt(member) }) };
}
