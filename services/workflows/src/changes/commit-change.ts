import {
  create,
  type DescMessage,
  type DescMethodUnary,
  type MessageInitShape,
  type MessageShape,
} from '@bufbuild/protobuf';
import type { HandlerContext } from '@connectrpc/connect';
import { type Caller, causeOf } from '@drippulse/rpc';
import { transact } from '@drippulse/writes';
import type { Transaction } from 'kysely';
import type { Context } from '../context.ts';
import type { DB } from '../db/schema.ts';
import { appendWorkflowEvent, type Change } from '../workflows/events.ts';
import { announce } from './announce.ts';

/** The response of a write, and the change that the write made, if any. */
export type Written<Response> = { response: Response; change: Change | undefined };

/**
 * Runs a write and stores the event of its change, in one transaction (see `transact`). Afterwards announces the
 * committed change.
 */
export async function commitChange<I extends DescMessage, O extends DescMessage>(
  ctx: Context,
  call: HandlerContext,
  method: DescMethodUnary<I, O>,
  request: MessageShape<I>,
  write: (trx: Transaction<DB>, caller: Caller) => Promise<Written<MessageInitShape<O>>>,
): Promise<MessageShape<O>> {
  // Changes are stored by their response object. A run that is rolled back, or a response that is replayed, has no
  // entry here, so it announces nothing.
  const changes = new WeakMap<MessageShape<O>, Change>();
  const committed = await transact(ctx, call, method, request, async (trx, caller) => {
    const { response, change } = await write(trx, caller);
    const message = create(method.output, response);
    if (change !== undefined) {
      await appendWorkflowEvent(trx, change, causeOf(call));
      changes.set(message, change);
    }
    return message;
  });
  const change = changes.get(committed);
  if (change !== undefined) await announce(ctx, call, change);
  return committed;
}
