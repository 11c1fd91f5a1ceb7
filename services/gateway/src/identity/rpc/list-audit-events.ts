import type { HandlerContext } from '@connectrpc/connect';
import { countUpTo, readList, rowConditions } from '@drippulse/db';
import { convertInTurns } from '@drippulse/loops';
import type { ListAuditEventsRequest } from '@drippulse/proto/drippulse/identity/v1/audit_pb';
import { callerOf } from '@drippulse/rpc';
import { type Kysely, sql } from 'kysely';
import type { DB } from '../../db/schema.ts';
import { auditToProto } from '../audit/to-proto.ts';
import type { Context } from '../context.ts';

export async function listAuditEvents(ctx: Context, request: ListAuditEventsRequest, call: HandlerContext) {
  const { kysely } = ctx.db;
  const all = filtered(kysely, callerOf(call).organizationId, request);
  const events = all.where(await rowConditions(kysely, all, request));
  const { rows, paging } = await readList(request, {
    rows: ({ beforeId, limit, offset }) =>
      events.selectAll().where('id', '<', beforeId).orderBy('id', 'desc').limit(limit).offset(offset).execute(),
    count: () => countUpTo(kysely, events.select('id')),
  });
  return { auditEvents: await convertInTurns(rows, auditToProto, call.signal), ...paging };
}

function filtered(db: Kysely<DB>, organizationId: bigint, request: ListAuditEventsRequest) {
  const { name, resourceId, actorType, actorId } = request;
  return db
    .selectFrom('audit_events')
    .where('organization_id', '=', organizationId)
    .$if(name !== undefined, (query) =>
      name?.endsWith('.*')
        ? query.where(sql<boolean>`starts_with(name, ${name.slice(0, -1)})`)
        : query.where('name', '=', name ?? ''),
    )
    .$if(resourceId !== undefined, (query) => query.where('resource_id', '=', resourceId ?? ''))
    .$if(actorType !== undefined, (query) => query.where('actor_type', '=', actorType ?? ''))
    .$if(actorId !== undefined, (query) => query.where('actor_id', '=', actorId ?? ''));
}
