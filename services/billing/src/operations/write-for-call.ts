import type { DescMessage, DescMethodUnary, MessageInitShape, MessageShape } from '@bufbuild/protobuf';
import type { HandlerContext } from '@connectrpc/connect';
import { durable } from '@drippulse/writes';
import type { Context } from '../context.ts';
import { billingToProto } from '../customers/billing-to-proto.ts';
import { findCustomer } from '../customers/rows.ts';
import { requireStripe } from '../stripe/account.ts';
import type { InputOf, OperationKind, OperationResult } from './operation.ts';
import { runOperation } from './run-operation.ts';

/**
 * Seconds by which the lease of a call's key is longer than the lease of its operation, because the operation's lease
 * begins later.
 */
const marginSeconds = 30;

/** Carries out a write to Stripe for a public call, once for its `Idempotency-Key`, and returns its result. */
export async function writeForCall<K extends OperationKind, I extends DescMessage, O extends DescMessage>(
  ctx: Context,
  call: HandlerContext,
  method: DescMethodUnary<I, O>,
  request: MessageShape<I>,
  o: {
    kind: K;
    input: InputOf<K>;
    answer(result: OperationResult, organizationId: bigint): Promise<MessageInitShape<O>>;
  },
): Promise<MessageShape<O>> {
  requireStripe(ctx);
  return durable(
    ctx,
    call,
    method,
    request,
    async (key, caller) => {
      const result = await runOperation(ctx, call, { caller, key, kind: o.kind, input: o.input });
      return o.answer(result, caller.organizationId);
    },
    { leaseSeconds: ctx.config.leaseMs / 1000 + marginSeconds },
  );
}

/** Returns the subscription from the last fetch. */
export async function shownBilling(ctx: Context, organizationId: bigint) {
  return billingToProto(await findCustomer(ctx.db.kysely, organizationId), ctx.config);
}
