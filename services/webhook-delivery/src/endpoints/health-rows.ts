import { sql, type Transaction } from 'kysely';
import { lockEndpoints } from '../db/locks.ts';
import type { DB } from '../db/schema.ts';
import type { Health } from './health.ts';
import type { Judged } from './judged.ts';

/** A locked endpoint: its health, the sequence of its last event, and whether its webhook is active. */
export type Endpoint = { health: Health; version: bigint; isActive: boolean };

/** Reads and locks the endpoints of these webhooks until the transaction ends; `isActive` stays valid until then. */
export async function lockHealth(trx: Transaction<DB>, webhookIds: readonly bigint[]): Promise<Map<bigint, Endpoint>> {
  const rows = await lockEndpoints(trx, webhookIds);
  return new Map(
    rows.map((row) => [
      row.webhook_id,
      {
        version: row.version,
        isActive: row.active,
        health: {
          consecutiveFailures: row.consecutive_failures,
          isFailing: row.is_failing,
          failingSince: row.failing_since,
          isCircuitOpen: row.is_circuit_open,
          windowStartedAt: row.window_started_at,
          windowAttempts: row.window_attempts,
          windowFailures: row.window_failures,
          lastSuccessAt: row.last_success_at,
        },
      },
    ]),
  );
}

/** Stores the health and the version of each endpoint. */
export async function saveHealth(trx: Transaction<DB>, judged: readonly Judged[]): Promise<void> {
  const healths = judged.map(({ health }) => health);
  await sql`
    update endpoints
    set version = judged.version,
        consecutive_failures = judged.consecutive_failures,
        is_failing = judged.is_failing,
        failing_since = judged.failing_since,
        is_circuit_open = judged.is_circuit_open,
        window_started_at = judged.window_started_at,
        window_attempts = judged.window_attempts,
        window_failures = judged.window_failures,
        last_success_at = judged.last_success_at
    from unnest(
      ${judged.map(({ webhookId }) => webhookId)}::bigint[],
      ${judged.map(({ version }) => version)}::bigint[],
      ${healths.map((health) => health.consecutiveFailures)}::integer[],
      ${healths.map((health) => health.isFailing)}::boolean[],
      ${healths.map((health) => health.failingSince)}::timestamptz[],
      ${healths.map((health) => health.isCircuitOpen)}::boolean[],
      ${healths.map((health) => health.windowStartedAt)}::timestamptz[],
      ${healths.map((health) => health.windowAttempts)}::integer[],
      ${healths.map((health) => health.windowFailures)}::integer[],
      ${healths.map((health) => health.lastSuccessAt)}::timestamptz[]
    ) as judged (webhook_id, version, consecutive_failures, is_failing, failing_since, is_circuit_open,
                 window_started_at, window_attempts, window_failures, last_success_at)
    where endpoints.webhook_id = judged.webhook_id`.execute(trx);
}

/** Resets an endpoint to the health of a new one; the time of its last success stays. */
export async function forgetHealth(trx: Transaction<DB>, webhookId: bigint): Promise<void> {
  await sql`
    update endpoints
    set consecutive_failures = 0, is_failing = false, failing_since = null, is_circuit_open = false,
        window_started_at = null, window_attempts = 0, window_failures = 0
    where webhook_id = ${webhookId}`.execute(trx);
}
