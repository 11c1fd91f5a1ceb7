import { performance } from 'node:perf_hooks';
import { sql, type Transaction } from 'kysely';
import type { Context } from '../context.ts';
import type { DB } from '../db/schema.ts';
import type { Concurrency, LaneKey } from '../endpoints/concurrency.ts';
import type { SealedSecrets } from '../webhooks/secrets.ts';
import { takeTurns } from './turns.ts';

/** Longer than an attempt and the commit of its result; whoever is dead or frozen for longer has lost the delivery. */
export const leaseMs = 30_000;
const claimLanes = 100;
const claimDeliveries = 200;

/** A delivery that this process is to send. */
export type Claimed = {
  id: bigint;
  lane: LaneKey;
  eventId: string;
  eventAt: Date;
  eventType: string;
  isTest: boolean;
  tries: number;
  fence: bigint;
  /** How late the claim was. */
  lagSeconds: number;
  /** Of `performance.now()`. */
  claimedAt: number;
  hasFailed: boolean;
  url: string;
  secrets: SealedSecrets;
  body: string;
};

type LaneRow = SealedSecrets & {
  webhook_id: bigint;
  is_manual: boolean;
  organization_id: bigint;
  url: string;
  has_failed: boolean;
};

type QueueRow = {
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

type Chosen = { lane: LaneRow; room: number };

/**
 * Takes due deliveries under a lease, of each lane as many as it has room for, organizations in turn. The lanes are
 * locked meanwhile and others pass over them, so that a claim never waits.
 */
export async function claim(ctx: Context, concurrency: Concurrency): Promise<Claimed[]> {
  const claimedAt = performance.now();
  return ctx.db.kysely.transaction().execute(async (trx) => {
    const lanes = await lockDueLanes(trx, concurrency.fullLanes());
    const chosen = chooseLanes(lanes, concurrency);
    if (chosen.length === 0) return [];
    const rows = await lease(trx, chosen);
    await scheduleLanes(trx, chosen, rows);
    const bodies = await readBodies(trx, rows);
    await dropBodiless(trx, rows, bodies);
    return assemble({ rows, chosen, bodies, claimedAt });
  });
}

async function lockDueLanes(trx: Transaction<DB>, full: readonly LaneKey[]): Promise<LaneRow[]> {
  const { rows } = await sql<LaneRow>`
    select due.webhook_id, due.is_manual, due.organization_id, webhooks.url, webhooks.secret,
           webhooks.previous_secret, webhooks.previous_secret_until, endpoints.consecutive_failures > 0 as has_failed
    from (
      select webhook_id, is_manual, organization_id, next_due_at from lanes
      where next_due_at <= now()
        and (webhook_id, is_manual) not in (
          select * from unnest(${full.map((lane) => lane.webhookId)}::bigint[],
                               ${full.map((lane) => lane.isManual)}::boolean[]))
      order by next_due_at
      limit ${claimLanes}
      for update skip locked
    ) as due
    join webhooks on webhooks.id = due.webhook_id
    join endpoints on endpoints.webhook_id = due.webhook_id
    order by due.next_due_at`.execute(trx);
  return rows;
}

/** Organizations in turn, until all places are given away. */
function chooseLanes(lanes: readonly LaneRow[], concurrency: Concurrency): Chosen[] {
  const chosen: Chosen[] = [];
  let left = Math.min(concurrency.room(), claimDeliveries);
  for (const lane of takeTurns(lanes, (row) => row.organization_id)) {
    const room = Math.min(concurrency.roomFor(keyOf(lane), lane.has_failed), left);
    if (room > 0) chosen.push({ lane, room });
    left -= room;
    if (left === 0) break;
  }
  return chosen;
}

/** Locks what is due of each lane, earliest first. */
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
 * By a list of ids: joined with the query above, PostgreSQL guesses its rows too high and reads the whole queue (3,900
 * pages in place of 600 for 52 rows of 200,000).
 */
async function lease(trx: Transaction<DB>, chosen: readonly Chosen[]): Promise<QueueRow[]> {
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

/**
 * A lane that gave all it had room for is due again once one of its results is recorded, at the latest when the lease
 * ends; any other when its next delivery is.
 */
async function scheduleLanes(
  trx: Transaction<DB>,
  chosen: readonly Chosen[],
  rows: readonly QueueRow[],
): Promise<void> {
  const given = Map.groupBy(rows, (row) => `${row.webhook_id}:${row.is_manual}`);
  const isFull = chosen.map(({ lane, room }) => given.get(`${lane.webhook_id}:${lane.is_manual}`)?.length === room);
  await sql`
    update lanes
    set next_due_at = case
      when chosen.is_full then now() + ${leaseMs} * interval '1 ms'
      else (
        select greatest(due_at, lanes.open_until) from queue
        where webhook_id = lanes.webhook_id and is_manual = lanes.is_manual
        order by due_at limit 1)
      end
    from unnest(
      ${chosen.map(({ lane }) => lane.webhook_id)}::bigint[],
      ${chosen.map(({ lane }) => lane.is_manual)}::boolean[],
      ${isFull}::boolean[]
    ) as chosen (webhook_id, is_manual, is_full)
    where lanes.webhook_id = chosen.webhook_id and lanes.is_manual = chosen.is_manual`.execute(trx);
}

async function readBodies(trx: Transaction<DB>, rows: readonly QueueRow[]): Promise<Map<string, string>> {
  const events = [...new Map(rows.map((row) => [row.event_id, row])).values()];
  const { rows: payloads } = await sql<{ event_id: string; body: Buffer }>`
    select event.event_id, payload.body
    from unnest(
      ${events.map((row) => row.event_id)}::text[],
      ${events.map((row) => row.event_at)}::timestamptz[]
    ) as event (event_id, event_at)
    cross join lateral (
      select body from payloads where event_id = event.event_id and event_at = event.event_at
    ) as payload`.execute(trx);
  return new Map(payloads.map(({ event_id, body }) => [event_id, body.toString()]));
}

/** What waited at a disabled endpoint until its payload's time was over is over itself. */
async function dropBodiless(
  trx: Transaction<DB>,
  rows: readonly QueueRow[],
  bodies: ReadonlyMap<string, string>,
): Promise<void> {
  const bodiless = rows.filter((row) => !bodies.has(row.event_id)).map((row) => row.delivery_id);
  if (bodiless.length > 0) await trx.deleteFrom('queue').where('delivery_id', 'in', bodiless).execute();
}

function assemble(claim: {
  rows: readonly QueueRow[];
  chosen: readonly Chosen[];
  bodies: ReadonlyMap<string, string>;
  claimedAt: number;
}): Claimed[] {
  const lanes = new Map(claim.chosen.map(({ lane }) => [lane.webhook_id, lane]));
  return claim.rows.flatMap((row) => {
    const body = claim.bodies.get(row.event_id);
    const lane = lanes.get(row.webhook_id);
    if (body === undefined || lane === undefined) return [];
    return {
      id: row.delivery_id,
      lane: keyOf(row),
      eventId: row.event_id,
      eventAt: row.event_at,
      eventType: row.event_type,
      isTest: row.is_test,
      tries: row.tries,
      fence: row.fence,
      lagSeconds: row.lag_seconds,
      claimedAt: claim.claimedAt,
      hasFailed: lane.has_failed,
      url: lane.url,
      secrets: lane,
      body,
    };
  });
}

function keyOf(row: { webhook_id: bigint; is_manual: boolean }): LaneKey {
  return { webhookId: row.webhook_id, isManual: row.is_manual };
}
