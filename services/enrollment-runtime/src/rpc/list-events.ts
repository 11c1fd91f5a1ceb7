import type { HandlerContext } from '@connectrpc/connect';
import type { ListEventsRequest } from '@drippulse/proto/drippulse/journeys/v1/events_pb';
import { callerOf, listedMode } from '@drippulse/rpc';
import type { Context } from '../context.ts';
import { readEvents } from '../events/index.ts';

export async function listEvents(ctx: Context, request: ListEventsRequest, call: HandlerContext) {
  const caller = callerOf(call);
  const scope = { organizationId: caller.organizationId, mode: listedMode(request, caller) };
  return readEvents(ctx.db.kysely, scope, request, call.signal);
}
