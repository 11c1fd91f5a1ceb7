import { sql, type Transaction } from 'kysely';
import type { DB } from '../db/schema.ts';
import type { Chosen } from './due-lanes.ts';

/**
 * Duration of a lease, longer than an attempt and the commit of its result. A process that is dead or frozen for longer
 * loses the delivery.
 */
export const leaseMs = 30_000;

/** The queue row of a leased delivery; `lag_seconds` is the time since the delivery was due. */
export type QueueRow = {
  delivery_id: bigint;
  webhook_id: bigint;
  is_manual: boolean;
  is_test: boolean;
  event_id: string;
  event_at: Date;
  event_type: string;
  tries: number;
  fence: bigint;
  lag_seconds: number;
};

/** Locks the due deliveries of each lane, earliest first. */
async function lockDue(trx: Transaction<DB>, chosen: readonly Chosen[]): Promise<{ id: bigint; due_at: Date }[]> {
  const { rows } = await sql<{ id: bigint; due_at: Date }>`
    select due.id, due.due_at
    from unnest(
      ${chosen.map(({ lane }) => lane.webhook_id)}::bigint[],
      ${chosen.map(({ lane }) => lane.is_manual)}::boolean[],
      ${chosen.map(({ room }) => room)}::integer[]
    ) as lane (webhook_id, is_manual, room)
    cross join lateral (
      select delivery_id as id, due_at from queue
      where queue.webhook_id = lane.webhook_id and queue.is_manual = lane.is_manual and queue.due_at <= now()
      order by queue.due_at, queue.delivery_id
      limit lane.room
      for update skip locked
    ) as due`.execute(trx);
  return rows;
}

/**
 * Leases the due deliveries of the chosen lanes. The update takes a list of ids, because in a join with the query above
 * PostgreSQL overestimated the rows and read the whole queue (3,900 pages instead of 600 for 52 rows of 200,000).
 */
export async function lease(trx: Transaction<DB>, chosen: readonly Chosen[]): Promise<QueueRow[]> {
  const due = await lockDue(trx, chosen);
  const { rows } = await sql<Omit<QueueRow, 'lag_seconds'> & { claimed_at: Date }>`
    update queue
    set due_at = now() + ${leaseMs} * interval '1 ms', is_leased = true, fence = fence + 1
    where delivery_id = any(${due.map(({ id }) => id)}::bigint[])
    returning delivery_id, webhook_id, is_manual, is_test, event_id, event_at, event_type, tries, fence,
              now() as claimed_at`.execute(trx);
  const dueAt = new Map(due.map((row) => [row.id, row.due_at]));
  return rows.map((row) => ({ ...row, lag_seconds: secondsBetween(dueAt.get(row.delivery_id), row.claimed_at) }));
}

function secondsBetween(from: Date | undefined, to: Date): number {
  return from === undefined ? 0 : Math.max(0, (to.getTime() - from.getTime()) / 1000);
}

/** The body of an event, its trace, and its cause unless the event is itself a cause. */
export type Payload = { body: string; traceparent: string | undefined; cause: string | undefined };

type PayloadRow = { event_id: string; body: Buffer; traceparent: string | null; cause: string | null };

/** Reads the bodies of these deliveries, keyed by event. */
export async function readBodies(trx: Transaction<DB>, rows: readonly QueueRow[]): Promise<Map<string, Payload>> {
  const events = [...new Map(rows.map((row) => [row.event_id, row])).values()];
  const { rows: payloads } = await sql<PayloadRow>`
    select event.event_id, payload.body, payload.traceparent, payload.cause
    from unnest(
      ${events.map((row) => row.event_id)}::text[],
      ${events.map((row) => row.event_at)}::timestamptz[]
    ) as event (event_id, event_at)
    cross join lateral (
      select body, traceparent, cause from payloads
      where event_id = event.event_id and event_at = event.event_at and body <> ''
    ) as payload`.execute(trx);
  return new Map(
    payloads.map(({ event_id, body, traceparent, cause }) => [
      event_id,
      { body: body.toString(), traceparent: traceparent ?? undefined, cause: cause ?? undefined },
    ]),
  );
}

/** Removes deliveries that waited at a disabled endpoint until their payload expired. */
export async function dropBodiless(
  trx: Transaction<DB>,
  rows: readonly QueueRow[],
  bodies: ReadonlyMap<string, Payload>,
): Promise<void> {
  const bodiless = rows.filter((row) => !bodies.has(row.event_id)).map((row) => row.delivery_id);
  if (bodiless.length > 0) await trx.deleteFrom('queue').where('delivery_id', 'in', bodiless).execute();
}
