import { appendEvents, topicOf } from '@drippulse/events';
import { type JsonObject, type JsonValue, parseJson, stringifyJson } from '@drippulse/json';
import { CrmEventSchema } from '@drippulse/proto/drippulse/crm/v1/events_pb';
import { sql } from 'kysely';
import type { Action } from '../record-type.ts';
import type { Collection, RecordRow, Value, Values } from './collection.ts';
import type { Write } from './write.ts';

const topic = topicOf(CrmEventSchema);

/** A change of a record: the row after the change, and the written columns. */
export type Change<Row extends RecordRow> = {
  action: Action;
  after: Row;
  before?: Row;
  /** The written columns with their new values. */
  written: Values;
};

/** Records changes in the audit stream and as events, in the transaction of the changes. */
export async function recordChanges<Row extends RecordRow>(
  write: Write,
  collection: Collection<Row>,
  changes: readonly Change<Row>[],
): Promise<void> {
  if (changes.length === 0) return;
  const { ctx, trx, author, made } = write;
  made.records += changes.filter(({ action }) => action === 'created').length;
  await appendLines(write, collection, changes);
  const events = changes.flatMap(({ action, after, before }) =>
    collection.events(action, after, before).map((payload) => ({
      organizationId: after.organization_id,
      sequence: after.sequence,
      ...(author.cause !== undefined && { cause: author.cause }),
      hops: author.actor.type === 'workflow' ? author.actor.hops : 0,
      aggregate: `${collection.type}:${after.id}`,
      payload,
    })),
  );
  await appendEvents(trx, topic, events);
  for (const { action } of changes) ctx.metrics.recordChanged(collection.type, action);
}

/** Records erasures in the audit stream, without any values. One event, `contact_erased`, covers all of them. */
export async function recordErasure<Row extends RecordRow>(
  write: Write,
  collection: Collection<Row>,
  erased: readonly Row[],
): Promise<void> {
  const lines = erased.map((after) => ({ action: 'erased' as const, after, written: {} }));
  if (lines.length > 0) await appendLines(write, collection, lines);
}

/** A line of the audit stream. Its action is an action on a record, or `erased`. */
type Line<Row extends RecordRow> = Omit<Change<Row>, 'action'> & { action: Action | 'erased' };

/** Appends all lines in one statement, because an import changes hundreds of records at a time. */
async function appendLines<Row extends RecordRow>(
  { trx, author: { actor, requestId } }: Write,
  { type }: Collection<Row>,
  changes: readonly Line<Row>[],
): Promise<void> {
  const lines = changes.map(({ action, after, before, written }) => ({
    organization_id: String(after.organization_id),
    record_id: after.id,
    record_public_id: after.public_id,
    action,
    changes: changesOf(written, { ...before }),
    at: (after.deleted_at ?? after.updated_at).toISOString(),
  }));
  await sql`
    insert into change_events (organization_id, record_type, record_id, record_public_id, action, actor_type, actor_id,
      changes, request_id, at)
    select organization_id, ${type}, record_id, record_public_id, action, ${actor.type}, ${actor.id}, changes,
      ${requestId ?? null}, at
    from json_populate_recordset(null::change_events, ${stringifyJson(lines)}::json)`.execute(trx);
}

/** Returns each column as `{before, after}`; for a new record only the columns that have a value. */
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
