import type { DescMessage, DescMethodUnary, MessageInitShape, MessageShape } from '@bufbuild/protobuf';
import type { HandlerContext } from '@connectrpc/connect';
import { transact } from '@drippulse/db';
import type { Caller } from '@drippulse/rpc';
import type { Transaction } from 'kysely';
import type { Context } from '../context.ts';
import type { DB } from '../db/schema.ts';

/** One write of a call: rows, audit and events in one transaction; after it the relay sends the events. */
export async function commit<I extends DescMessage, O extends DescMessage>(
  ctx: Context,
  call: HandlerContext,
  method: DescMethodUnary<I, O>,
  request: MessageShape<I>,
  write: (trx: Transaction<DB>, caller: Caller) => Promise<MessageInitShape<O>>,
): Promise<MessageShape<O>> {
  const response = await transact(ctx, call, method, request, write);
  ctx.relay.wake();
  return response;
}
