import { unsynced } from '@drippulse/db';
import { isSuspended } from '@drippulse/service';
import { type Kysely, sql, type Transaction } from 'kysely';
import type { DB } from '../db/schema.ts';
import type { LaneKey } from '../lanes/concurrency.ts';
import type { SealedSecrets } from '../signing/secrets.ts';

const claimLanes = 100;
/**
 * Number of lanes among which a claim chooses, starting with the lanes that have been due the longest. It exceeds the
 * number of lanes of one organization.
 */
const lookedAtLanes = 500;

/** The condition that the lane's organization is suspended. Its queue waits until the organization is resumed. */
const isLaneSuspended = isSuspended(sql.ref('lanes.organization_id'));

/** A due lane, with the columns of its webhook that sending needs. */
export type LaneRow = SealedSecrets & {
  webhook_id: bigint;
  is_manual: boolean;
  organization_id: bigint;
  mode: string;
  url: string;
  sealed_url: Buffer | null;
  sealed_headers: Buffer | null;
  rate_limit_per_second: number | null;
  has_failed: boolean;
  /** Whether the endpoint's last response to an event was a success. */
  is_proven: boolean;
};

/** A lane from which a claim takes at most `room` deliveries. */
export type Chosen = { lane: LaneRow; room: number };

/**
 * Locks due lanes round-robin by organization, longest due first, so that an organization with many lanes takes no turn
 * from another organization. Skips lanes that are locked or full, and unproven endpoints unless `unproven` is set. The
 * commit of a claim does not wait for the disk, so a database that crashes may lose the claim. The claimed deliveries
 * are then sent again, with the same id.
 */
export async function lockDueLanes(
  trx: Transaction<DB>,
  o: { full: readonly LaneKey[]; unproven: boolean },
): Promise<LaneRow[]> {
  const isProven = sql`endpoints.consecutive_failures = 0 and endpoints.last_success_at is not null`;
  const { rows } = await sql<LaneRow>`
    with ${unsynced}
    select due.webhook_id, due.is_manual, due.organization_id, webhooks.mode, webhooks.url, webhooks.sealed_url, webhooks.sealed_headers,
           webhooks.rate_limit_per_second, webhooks.secret,
           webhooks.previous_secret, webhooks.previous_secret_until, endpoints.consecutive_failures > 0 as has_failed,
           ${isProven} as is_proven
    from unsynced, (
      select lanes.webhook_id, lanes.is_manual, organization_id, next_due_at
      from (
        select webhook_id, is_manual, row_number() over (partition by organization_id order by next_due_at) as turn
        from (
          select webhook_id, is_manual, organization_id, next_due_at from lanes
          where next_due_at <= now() and not ${isLaneSuspended}
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

/** Returns the milliseconds until the next lane that is not full is due; undefined when nothing is queued. */
export async function nextDueInMs(db: Kysely<DB>, full: readonly LaneKey[]): Promise<number | undefined> {
  const { rows } = await sql<{ due_in_ms: number }>`
    select extract(epoch from next_due_at - clock_timestamp())::float8 * 1000 as due_in_ms from lanes
    where next_due_at is not null and not ${isLaneSuspended}
      and (webhook_id, is_manual) not in (
        select * from unnest(${full.map((lane) => lane.webhookId)}::bigint[],
                             ${full.map((lane) => lane.isManual)}::boolean[]))
    order by next_due_at
    limit 1`.execute(db);
  return rows[0] && Math.ceil(rows[0].due_in_ms);
}
