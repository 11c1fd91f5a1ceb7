import { type Timestamp, timestampDate } from '@bufbuild/protobuf/wkt';
import { type ConsumedEvent, type Consumer, startConsumer } from '@drippulse/events';
import type { AuditedEventSchema } from '@drippulse/proto/drippulse/audit/v1/events_pb';
import { auditTopic } from '@drippulse/service';
import type { Context } from '../context.ts';
import { appendToChain, type NewRow } from './chain.ts';

type Event = ConsumedEvent<typeof AuditedEventSchema>;

/**
 * Stores the configuration changes of every service. The rows of an organization and its chain are written in one
 * transaction.
 */
export function startAuditTrail(ctx: Context): Promise<Consumer> {
  return startConsumer({
    transport: ctx.events,
    topic: auditTopic,
    group: 'identity',
    db: ctx.db,
    log: ctx.log,
    metrics: ctx.registry,
    async handle(batch) {
      const byOrganization = Map.groupBy(batch, ({ message }) => message.organizationId);
      for (const [organizationId, events] of byOrganization) {
        await appendToChain(ctx.db.kysely, organizationId, events.flatMap(rowOf));
      }
    },
  });
}

function rowOf({ id, message: { time, payload } }: Event): NewRow[] {
  if (payload.case !== 'changed' || time === undefined) return [];
  const { name, resourceId, actorType, actorId, before, after, requestId, address } = payload.value;
  return [
    {
      event_id: id,
      name,
      resource_id: resourceId || null,
      actor_type: actorType,
      actor_id: actorId,
      before: textOf(before),
      after: textOf(after),
      request_id: requestId || null,
      address: address || null,
      created_at: inMilliseconds(time),
    },
  ];
}

function textOf(bytes: Uint8Array): string | null {
  return bytes.length === 0 ? null : Buffer.from(bytes).toString();
}

/** Converts a time to a date with milliseconds, as in the column. The hash covers the value of the column. */
function inMilliseconds(time: Timestamp): Date {
  return timestampDate(time);
}
