import type { HandlerContext } from '@connectrpc/connect';
import { addJob } from '@drippulse/db';
import { refuseViolations } from '@drippulse/errors';
import type { ForgetPasswordRequest } from '@drippulse/proto/drippulse/identity/v1/own_account_pb';
import { clientAddressHeader } from '../../call-metadata.ts';
import { networkOf } from '../../client-network.ts';
import type { Context } from '../context.ts';
import { resetJob } from '../links/reset-jobs.ts';
import { requireMailer } from '../links/send-mail.ts';
import { memberProblems } from '../team-members/fields.ts';

/** Stores the address for a loop, without looking up its owner, so that an unknown address costs the same work. */
export async function forgetPassword(ctx: Context, { email = '' }: ForgetPasswordRequest, call: HandlerContext) {
  refuseViolations(memberProblems({ email }));
  requireMailer(ctx);
  const network = networkOf(call.requestHeader.get(clientAddressHeader) ?? '');
  await ctx.mailLimits.countReset({ network, email });
  await ctx.db.kysely.transaction().execute((trx) => addJob(trx, resetJob(email)));
  ctx.wake.resets();
  return { status: 'accepted' };
}
