import type { HandlerContext } from '@connectrpc/connect';
import { DomainError } from '@drippulse/errors';
import type { GetEventRequest } from '@drippulse/proto/drippulse/journeys/v1/events_pb';
import { callerOf } from '@drippulse/rpc';
import type { Context } from '../context.ts';
import { findEvent } from '../events/index.ts';

export async function getEvent(ctx: Context, { id }: GetEventRequest, call: HandlerContext) {
  const event = await findEvent(ctx.db.kysely, callerOf(call).organizationId, id);
  if (event === undefined) throw new DomainError('not_found', 'event_not_found', 'There is no event with this id.');
  return { event };
}
