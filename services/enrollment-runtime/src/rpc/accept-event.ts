import { timestampDate } from '@bufbuild/protobuf/wkt';
import type { HandlerContext } from '@connectrpc/connect';
import { DomainError } from '@drippulse/errors';
import { type AcceptEventRequest, EventStatus, EventsService } from '@drippulse/proto/drippulse/journeys/v1/events_pb';
import { callerOf, causeOf } from '@drippulse/rpc';
import { transact } from '@drippulse/writes';
import type { Context } from '../context.ts';
import {
  type Acceptance,
  acceptEvents,
  checkEvent,
  type IncomingEvent,
  type Intake,
  loadTriggers,
  wakeForEvents,
} from '../events/index.ts';

/**
 * Accepts one event. Without an `Idempotency-Key` the event shares its transaction with other events. With a key, the
 * event has its own transaction, in which the response is stored too.
 */
export async function acceptEvent(ctx: Context, intake: Intake, request: AcceptEventRequest, call: HandlerContext) {
  const event = readRequest(ctx, request, call);
  if (call.requestHeader.get('idempotency-key') === null) return answer(await intake.accept([event], call.signal));
  await loadTriggers(ctx, [event]);
  const { acceptEvent: method } = EventsService.method;
  let accepted: Acceptance[] = [];
  const response = await transact(ctx, call, method, request, async (trx) => {
    accepted = await acceptEvents(ctx, trx, [event]);
    return answer(accepted);
  });
  wakeForEvents(ctx, accepted);
  return response;
}

function readRequest(ctx: Context, request: AcceptEventRequest, call: HandlerContext): IncomingEvent {
  const { name, contact = new Uint8Array(), properties, idempotencyKey: key, occurredAt } = request;
  const checked = checkEvent(
    {
      name,
      contact: Buffer.from(contact).toString(),
      properties: properties && Buffer.from(properties).toString(),
      key,
      occurredAt: occurredAt && timestampDate(occurredAt),
    },
    ctx.clock.now(),
  );
  if ('event' in checked) return { ...checked.event, ...originOf(call, checked.event.id) };
  const { reason, violation } = checked.refused;
  const message = `${violation.field} ${violation.message}`;
  const kind = reason === 'contact_event_too_large' ? 'too_large' : 'invalid';
  throw new DomainError(kind, reason ?? 'validation_failed', message, { violations: [violation] });
}

/** Returns the organization, mode and source of an event, and the chain that the event's request continues, if any. */
export function originOf(call: HandlerContext, id: string) {
  const { organizationId, mode } = callerOf(call);
  const cause = causeOf(call);
  const link = cause === undefined ? { cause: id, counts: false } : { cause, counts: true };
  return { organizationId, mode, source: 'api' as const, link };
}

function answer([acceptance]: readonly Acceptance[]) {
  if (acceptance === undefined) throw new Error('the event was not answered');
  return { id: acceptance.id, status: EventStatus.ACCEPTED, duplicate: acceptance.isDuplicate };
}
