import type { HandlerContext } from '@connectrpc/connect';
import { DomainError } from '@drippulse/errors';
import type { CheckSendersRequest } from '@drippulse/proto/drippulse/messaging/v1/sender_pb';
import { callerOf } from '@drippulse/rpc';
import type { Context } from '../context.ts';
import { unverifiedOf } from '../messaging/index.ts';

/** Maximum number of addresses in a request. It is higher than the maximum number of steps of a workflow. */
const maxAddresses = 1_000;

export async function checkSenders(ctx: Context, { addresses }: CheckSendersRequest, call: HandlerContext) {
  if (addresses.length > maxAddresses) throw new DomainError('invalid', 'validation_failed', 'too many addresses');
  const { organizationId } = callerOf(call);
  return { unverified: await unverifiedOf(ctx.db.kysely, ctx.config, organizationId, addresses) };
}
