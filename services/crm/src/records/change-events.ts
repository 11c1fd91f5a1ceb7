import type { HandlerContext } from '@connectrpc/connect';
import { appendEvents, topicOf } from '@drippulse/events';
import { type JsonObject, type JsonValue, parseJson, stringifyJson } from '@drippulse/json';
import { CrmEventSchema } from '@drippulse/proto/drippulse/crm/v1/events_pb';
import { callerOf, requestIdOf } from '@drippulse/rpc';
import type { Transaction } from 'kysely';
import type { Context } from '../context.ts';
import type { DB } from '../db/schema.ts';
import type { Action, Collection, RecordRow, Value, Values } from './collection.ts';

const topic = topicOf(CrmEventSchema);

/** What a transaction did to a record: the row after it, and the values of the columns it changed. */
export type Change<Row extends RecordRow> = {
  action: Action;
  after: Row;
  before?: Row;
  /** Columns as they are now. */
  written: Values;
};

/** Says what happened, in the transaction that did it: to the audit stream and to whoever hears events. */
export async function recordChange<Row extends RecordRow>(
  ctx: Context,
  trx: Transaction<DB>,
  call: HandlerContext,
  collection: Collection<Row>,
  { action, after, before, written }: Change<Row>,
): Promise<void> {
  const { actor } = callerOf(call);
  await trx
    .insertInto('change_events')
    .values({
      organization_id: after.organization_id,
      record_type: collection.type,
      record_id: after.id,
      record_public_id: after.public_id,
      action,
      actor_type: actor.type,
      actor_id: actor.id,
      changes: stringifyJson(changesOf(written, { ...before })),
      request_id: requestIdOf(call) ?? null,
      at: after.deleted_at ?? after.updated_at,
    })
    .execute();
  const events = collection.events(action, after, before).map((payload) => ({
    organizationId: after.organization_id,
    sequence: after.sequence,
    hops: actor.type === 'workflow' ? actor.hops : 0,
    aggregate: `${collection.type}:${after.id}`,
    payload,
  }));
  await appendEvents(trx, topic, events);
  ctx.metrics.recordChanged(collection.type, action);
}

/** Each column as `{before, after}`; of a new record only those that hold something. */
function changesOf(written: Values, before: Readonly<Record<string, Value>>): JsonObject {
  const changes: JsonObject = {};
  for (const [column, value] of Object.entries(written)) {
    const former = before[column] ?? null;
    if (value === null && former === null) continue;
    changes[column] = { before: toJson(column, former), after: toJson(column, value) };
  }
  return changes;
}

function toJson(column: string, value: Value): JsonValue {
  if (value instanceof Date) return value.toISOString();
  if (typeof value === 'bigint') return Number(value);
  return column === 'custom' && typeof value === 'string' ? parseJson(value) : value;
}
