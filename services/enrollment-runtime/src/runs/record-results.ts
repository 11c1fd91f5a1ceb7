import type { JsonValue } from '@drippulse/json';
import { modeToProto } from '@drippulse/rpc';
import { sql, type Transaction } from 'kysely';
import type { DB } from '../db/schema.ts';
import { erasedRequest } from '../effects/erased-request.ts';
import { type DeliveryRow, deliveryToProto } from '../enrollments/delivery.ts';
import type { EnrollmentNews } from '../enrollments/events.ts';
import { wakeLanes } from '../lanes/wake-lane.ts';
import type { Settled } from './claimed-run.ts';
import type { Move } from './move.ts';
import { storedJson } from './stored-json.ts';

type Result = { move: Move; settled: Settled; status: 'pending' | 'succeeded' | 'skipped' | 'failed' };

/**
 * Records results of effects by their keys, also when another worker has leased the run by now: a sent mail was sent.
 * The first result of an attempt stays, except that a success replaces any other. For an erased enrollment only the
 * outcome is kept. Returns the events of sent mails.
 */
export async function recordResults(
  trx: Transaction<DB>,
  moves: readonly Move[],
  moved: readonly Move[],
  now: Date,
): Promise<EnrollmentNews[]> {
  const results = moves.flatMap(resultOf);
  if (results.length === 0) return [];
  const recorded = await updateEffects(trx, results, now);
  const kept = new Set(moved);
  await freeRuns(
    trx,
    results.filter(({ move }) => !kept.has(move)),
    now,
  );
  return updateDeliveries(
    trx,
    results.filter(({ settled }) => recorded.has(settled.effect.key)),
    now,
  );
}

function resultOf(move: Move): Result[] {
  const { settled } = move;
  if (settled === undefined || settled.durationMs === undefined) return [];
  const { outcome } = settled.result;
  if (outcome !== 'failed') return [{ move, settled, status: outcome }];
  const isRetried = move.entries[0]?.status === 'retrying';
  return [{ move, settled, status: isRetried ? 'pending' : 'failed' }];
}

async function updateEffects(trx: Transaction<DB>, results: readonly Result[], now: Date): Promise<Set<string>> {
  const rows = results.map(({ move, settled, status }) => ({
    enrollment_id: String(move.run.identity.id),
    effect_key: settled.effect.key,
    attempt: move.run.state.attempt,
    status,
    result: settled.result as JsonValue,
  }));
  const { rows: updated } = await sql<{ effect_key: string }>`
    update effects set
      attempt = result.attempt, status = result.status,
      result = case when effects.request::text = ${erasedRequest}
        then json_build_object('outcome', result.result->'outcome') else result.result end,
      finished_at = case when result.status <> 'pending' then ${now}::timestamptz end
    from json_to_recordset(${storedJson(rows)}::json) as result (
      enrollment_id bigint, effect_key text, attempt int, status text, result json)
    where effects.enrollment_id = result.enrollment_id and effects.effect_key = result.effect_key
      and effects.status <> 'succeeded'
      and (effects.attempt < result.attempt or result.status = 'succeeded')
    returning effects.effect_key`.execute(trx);
  return new Set(updated.map((row) => row.effect_key));
}

/**
 * Makes a run due whose lease was lost, by a pause or its end, while the effect was in flight. It goes on from the
 * result.
 */
async function freeRuns(trx: Transaction<DB>, lost: readonly Result[], now: Date): Promise<void> {
  if (lost.length === 0) return;
  const { rows } = await sql<{ workflow_id: bigint }>`
    update runs set next_run_at = ${now}, wake_at = case when wake_at is not null then ${now}::timestamptz end
    from unnest(
      ${lost.map(({ move }) => move.run.identity.workflowId)}::bigint[],
      ${lost.map(({ move }) => move.run.identity.id)}::bigint[]) as lost (workflow_id, enrollment_id)
    where runs.workflow_id = lost.workflow_id and runs.enrollment_id = lost.enrollment_id
      and phase = 'effect' and lease_until is null
    returning runs.workflow_id`.execute(trx);
  await wakeLanes(
    trx,
    rows.map((row) => ({ workflowId: row.workflow_id, at: now })),
  );
}

async function updateDeliveries(
  trx: Transaction<DB>,
  results: readonly Result[],
  now: Date,
): Promise<EnrollmentNews[]> {
  const mails = results.filter(({ settled }) => settled.effect.kind === 'email');
  if (mails.length === 0) return [];
  const rows = mails.map(({ move, settled, status }) => ({
    enrollment_id: String(move.run.identity.id),
    effect_key: settled.effect.key,
    attempts: move.run.state.attempt,
    status: status === 'succeeded' ? 'sent' : status === 'pending' ? 'queued' : status,
    provider_message_id: settled.result.providerMessageId ?? null,
    error: problemOf(settled),
  }));
  const { rows: updated } = await sql<DeliveryRow & { effect_key: string }>`
    update deliveries set
      status = result.status, attempts = result.attempts,
      error = case when deliveries.receiver <> '' then result.error end,
      provider_message_id = case when deliveries.receiver <> '' then result.provider_message_id end,
      sent_at = case when result.status = 'sent' then ${now}::timestamptz end
    from json_to_recordset(${storedJson(rows)}::json) as result (
      enrollment_id bigint, effect_key text, attempts int, status text, provider_message_id text, error text)
    where deliveries.enrollment_id = result.enrollment_id and deliveries.effect_key = result.effect_key
    returning deliveries.*`.execute(trx);
  const byKey = new Map(updated.map((row) => [row.effect_key, row]));
  return mails.flatMap(({ move, settled, status }) => {
    const delivery = byKey.get(settled.effect.key);
    return status === 'succeeded' && delivery ? [sentNews(move, settled, delivery)] : [];
  });
}

function sentNews({ run }: Move, { effect }: Settled, delivery: DeliveryRow): EnrollmentNews {
  const { id, organizationId, workflowId, mode, cause } = run.identity;
  const value = {
    enrollmentId: id,
    workflowId,
    stepId: effect.stepId,
    delivery: deliveryToProto(delivery),
    mode: modeToProto(mode),
  };
  return { organizationId, enrollmentId: id, cause, payload: { case: 'emailSent', value } };
}

function problemOf({ result }: Settled): string | null {
  if (result.outcome === 'failed') return result.error;
  return result.outcome === 'skipped' ? result.reason : null;
}
