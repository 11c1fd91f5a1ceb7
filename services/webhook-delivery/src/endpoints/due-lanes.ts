import { unsynced } from '@drippulse/db';
import { type Kysely, sql, type Transaction } from 'kysely';
import type { DB } from '../db/schema.ts';
import { leaseMs, type QueueRow } from '../deliveries/lease.ts';
import type { SealedSecrets } from '../webhooks/secrets.ts';
import type { LaneKey } from './concurrency.ts';

const claimLanes = 100;
/** Of which the lanes of a claim are chosen: more than one organization has. */
const lookedAtLanes = 500;

/** A lane that is due, with what is needed to send its deliveries. */
export type LaneRow = SealedSecrets & {
  webhook_id: bigint;
  is_manual: boolean;
  organization_id: bigint;
  url: string;
  sealed_headers: Buffer | null;
  rate_limit_per_second: number | null;
  has_failed: boolean;
  /** Whether the endpoint's last answer to an event was a success. */
  is_proven: boolean;
};

/** A lane that must wait. */
export type Postponed = { lane: LaneRow; waitMs: number };

/** A lane to take deliveries of, `room` at most. */
export type Chosen = { lane: LaneRow; room: number };

/**
 * Locks lanes that are due: of each organization one, then of each a second, those that wait longest first, so that one
 * with many takes no turn of another. Lanes that others hold or that are full are passed over, and unless `unproven` is
 * true those of endpoints that are not proven, however many have waited longer than what is looked at.
 * A claim that a database that crashes forgets is made again, and what was sent meanwhile too, with the same id.
 */
export async function lockDueLanes(
  trx: Transaction<DB>,
  o: { full: readonly LaneKey[]; unproven: boolean },
): Promise<LaneRow[]> {
  const isProven = sql`endpoints.consecutive_failures = 0 and endpoints.last_success_at is not null`;
  const { rows } = await sql<LaneRow>`
    with ${unsynced}
    select due.webhook_id, due.is_manual, due.organization_id, webhooks.url, webhooks.sealed_headers,
           webhooks.rate_limit_per_second, webhooks.secret,
           webhooks.previous_secret, webhooks.previous_secret_until, endpoints.consecutive_failures > 0 as has_failed,
           ${isProven} as is_proven
    from unsynced, (
      select lanes.webhook_id, lanes.is_manual, organization_id, next_due_at
      from (
        select webhook_id, is_manual, row_number() over (partition by organization_id order by next_due_at) as turn
        from (
          select webhook_id, is_manual, organization_id, next_due_at from lanes
          where next_due_at <= now()
            and (webhook_id, is_manual) not in (
              select * from unnest(${o.full.map((lane) => lane.webhookId)}::bigint[],
                                   ${o.full.map((lane) => lane.isManual)}::boolean[]))
            and (${o.unproven} or exists (
              select from endpoints where endpoints.webhook_id = lanes.webhook_id and ${isProven}))
          order by next_due_at
          limit ${lookedAtLanes}
        ) as waiting
      ) as turns
      join lanes using (webhook_id, is_manual)
      where next_due_at <= now()
      order by turn, next_due_at
      limit ${claimLanes}
      for update of lanes skip locked
    ) as due
    join webhooks on webhooks.id = due.webhook_id
    join endpoints on endpoints.webhook_id = due.webhook_id
    order by due.next_due_at`.execute(trx);
  return rows;
}

/**
 * A lane that gave all it had room for is due again once one of its results is recorded, at the latest when the lease
 * ends; any other when its next delivery is. Never before now: a lane that was served goes behind those that wait.
 */
export async function scheduleLanes(
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
        select greatest(due_at, lanes.open_until, now()) from queue
        where webhook_id = lanes.webhook_id and is_manual = lanes.is_manual and due_at < 'infinity'
        order by due_at limit 1)
      end
    from unnest(
      ${chosen.map(({ lane }) => lane.webhook_id)}::bigint[],
      ${chosen.map(({ lane }) => lane.is_manual)}::boolean[],
      ${isFull}::boolean[]
    ) as chosen (webhook_id, is_manual, is_full)
    where lanes.webhook_id = chosen.webhook_id and lanes.is_manual = chosen.is_manual`.execute(trx);
}

/** Lanes that have used up the rate of their endpoint are due again when it has room. */
export async function postponeLanes(trx: Transaction<DB>, lanes: readonly Postponed[]): Promise<void> {
  if (lanes.length === 0) return;
  await sql`
    update lanes set next_due_at = now() + waits.ms * interval '1 ms'
    from unnest(
      ${lanes.map(({ lane }) => lane.webhook_id)}::bigint[],
      ${lanes.map(({ lane }) => lane.is_manual)}::boolean[],
      ${lanes.map(({ waitMs }) => waitMs)}::float8[]
    ) as waits (webhook_id, is_manual, ms)
    where lanes.webhook_id = waits.webhook_id and lanes.is_manual = waits.is_manual`.execute(trx);
}

/** Milliseconds to the next lane that is not full; undefined when nothing is queued. */
export async function nextDueInMs(db: Kysely<DB>, full: readonly LaneKey[]): Promise<number | undefined> {
  const { rows } = await sql<{ due_in_ms: number }>`
    select extract(epoch from next_due_at - clock_timestamp())::float8 * 1000 as due_in_ms from lanes
    where next_due_at is not null
      and (webhook_id, is_manual) not in (
        select * from unnest(${full.map((lane) => lane.webhookId)}::bigint[],
                             ${full.map((lane) => lane.isManual)}::boolean[]))
    order by next_due_at
    limit 1`.execute(db);
  return rows[0] && Math.ceil(rows[0].due_in_ms);
}
