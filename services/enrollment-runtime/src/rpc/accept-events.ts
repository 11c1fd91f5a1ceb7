import type { HandlerContext } from '@connectrpc/connect';
import { type AcceptEventsRequest, EventsService } from '@drippulse/proto/drippulse/journeys/v1/events_pb';
import { transact } from '@drippulse/writes';
import type { Context } from '../context.ts';
import {
  type Acceptance,
  acceptEvents as acceptAll,
  acceptInParts,
  type Batch,
  type Intake,
  loadTriggers,
  readBatch,
  wakeForEvents,
} from '../events/index.ts';
import { originOf } from './accept-event.ts';

/**
 * Accepts the valid events of a batch, group by group. If a group fails, the earlier groups stay accepted, and a
 * repeated request with the same `idempotency_key`s completes the batch. With an `Idempotency-Key` the whole batch is
 * one transaction, in which the response is stored too.
 */
export async function acceptEvents(ctx: Context, intake: Intake, request: AcceptEventsRequest, call: HandlerContext) {
  const batch = await readBatch(request.events, ctx.clock.now());
  const events = batch.events.map(({ event }) => ({ ...event, ...originOf(call, event.id) }));
  if (call.requestHeader.get('idempotency-key') === null) {
    return answer(batch, await acceptInParts(intake, events, call.signal));
  }
  await loadTriggers(ctx, events);
  const { acceptEvents: method } = EventsService.method;
  let accepted: Acceptance[] = [];
  const response = await transact(ctx, call, method, request, async (trx) => {
    accepted = await acceptAll(ctx, trx, events);
    return answer(batch, accepted);
  });
  wakeForEvents(ctx, accepted);
  return response;
}

function answer({ rejected }: Batch, acceptances: readonly Acceptance[]) {
  const duplicates = acceptances.filter(({ isDuplicate }) => isDuplicate).length;
  return { accepted: acceptances.length - duplicates, duplicates, rejected };
}
