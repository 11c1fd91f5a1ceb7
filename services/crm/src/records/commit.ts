import type { DescMessage, DescMethodUnary, MessageInitShape, MessageShape } from '@bufbuild/protobuf';
import type { HandlerContext } from '@connectrpc/connect';
import { transact } from '@drippulse/writes';
import type { Context } from '../context.ts';
import { authorOf } from './author.ts';
import { countNewRecords } from './count-new-records.ts';
import { namedMembers } from './named-members.ts';
import type { Write } from './write.ts';

/**
 * Runs one write of a call: rows, change events and events in one transaction. Afterwards the relay sends the events.
 * Organization members that the request names are looked up in the identity service before the transaction, so that no
 * database connection is held while the other service answers.
 */
export async function commit<I extends DescMessage, O extends DescMessage>(
  ctx: Context,
  call: HandlerContext,
  method: DescMethodUnary<I, O>,
  request: MessageShape<I>,
  run: (write: Write) => Promise<MessageInitShape<O>>,
): Promise<MessageShape<O>> {
  const author = authorOf(call);
  const named = namedMembers(method.input, request);
  const members = named.length === 0 ? undefined : await ctx.members.find(call, named);
  const counting = countNewRecords(ctx, author);
  const response = await transact(ctx, call, method, request, (trx) =>
    counting((made) => run({ ctx, trx, author, made, ...(members && { members }) })),
  );
  ctx.relay.wake();
  return response;
}
