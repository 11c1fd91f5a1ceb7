import type { JsonValue } from '@drippulse/json';
import { modeToProto } from '@drippulse/rpc';
import { sql, type Transaction } from 'kysely';
import type { DB } from '../db/schema.ts';
import { erasedRequest } from '../effects/erased-request.ts';
import { type CountedMail, type DeliveryRow, deliveryToProto } from '../enrollments/delivery.ts';
import type { EnrollmentNews } from '../enrollments/events.ts';
import { wakeLanes } from '../lanes/wake-lane.ts';
import type { Settled } from './claimed-run.ts';
import type { Move } from './move.ts';
import { storedJson } from './stored-json.ts';

export type Result = {
  move: Move;
  settled: Settled;
  status: 'pending' | 'accepted' | 'succeeded' | 'skipped' | 'failed';
};

/**
 * Records results of effects by their keys, even if another worker has leased the run by now, because a mail that was
 * sent must be recorded as sent. The first result of an attempt stays, except that a success replaces any other result.
 * An acceptance is not a result. For an erased enrollment only the outcome is kept. Returns the events of sent mails.
 */
export async function recordResults(
  trx: Transaction<DB>,
  moves: readonly Move[],
  moved: readonly Move[],
  now: Date,
): Promise<EnrollmentNews[]> {
  await giveUp(trx, moved, now);
  const results = moves.flatMap(resultOf);
  if (results.length === 0) return [];
  const recorded = await updateEffects(trx, results, now);
  const kept = new Set(moved);
  await freeRuns(
    trx,
    results.filter(({ move, settled }) => !kept.has(move) && recorded.has(settled.effect.key)),
    now,
  );
  return updateDeliveries(
    trx,
    results.filter(({ settled }) => recorded.has(settled.effect.key)),
    now,
  );
}

/**
 * Marks effects as failed if their recorded result allows a retry that will not be made, because a goal was met in the
 * meantime. The result was recorded by a process that had lost the lease of the run.
 */
async function giveUp(trx: Transaction<DB>, moved: readonly Move[], now: Date): Promise<void> {
  const given = moved.flatMap(({ run, settled, entries }) => {
    const isStored = settled !== undefined && settled.durationMs === undefined && settled.isExpired !== true;
    if (!isStored || settled.result.outcome !== 'failed' || entries[0]?.status === 'retrying') return [];
    return [{ id: run.identity.id, key: settled.effect.key }];
  });
  if (given.length === 0) return;
  await sql`
    update effects set status = 'failed', finished_at = ${now}
    from unnest(${given.map(({ id }) => id)}::bigint[], ${given.map(({ key }) => key)}::text[]) as given (id, key)
    where effects.enrollment_id = given.id and effects.effect_key = given.key and effects.status = 'pending'`.execute(
    trx,
  );
}

/** Returns the result that a move has to record, if its effect was tried. */
export function resultOf(move: Move): Result[] {
  const { settled } = move;
  if (settled === undefined || settled.durationMs === undefined) return [];
  const { outcome } = settled.result;
  // A held effect was not tried, so nothing is recorded.
  if (outcome === 'held') return [];
  if (outcome === 'accepted') return [{ move, settled, status: 'accepted' }];
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
      result = case when result.status = 'accepted' then null when effects.request::text = ${erasedRequest}
        then json_build_object('outcome', result.result->'outcome') else result.result end,
      finished_at = case when result.status not in ('pending', 'accepted') then ${now}::timestamptz end
    from json_to_recordset(${storedJson(rows)}::json) as result (
      enrollment_id bigint, effect_key text, attempt int, status text, result json)
    where effects.enrollment_id = result.enrollment_id and effects.effect_key = result.effect_key
      and effects.status <> 'succeeded'
      and (effects.attempt < result.attempt or result.status = 'succeeded'
        or (effects.status = 'accepted' and effects.attempt = result.attempt))
    returning effects.effect_key`.execute(trx);
  return new Set(updated.map((row) => row.effect_key));
}

/**
 * Makes runs due that lost their lease while the effect was in flight, because of a pause or because the lease ended.
 * Such a run continues from the result. A result that was recorded earlier makes nothing due, because its run may wait
 * for a retry.
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

/**
 * Updates the deliveries of mails. The report of a mail server may arrive before the result of its mail. The result is
 * then older than the report, so `bounced` and `complained` stay, with the server's message.
 */
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
  const { rows: updated } = await sql<SentRow>`
    update deliveries set
      status = case when deliveries.status in ('bounced', 'complained') then deliveries.status else result.status end,
      attempts = result.attempts,
      error = case when deliveries.status in ('bounced', 'complained') then deliveries.error
        when deliveries.receiver <> '' then result.error end,
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

type SentRow = DeliveryRow & CountedMail & { effect_key: string };

function sentNews({ run }: Move, { effect }: Settled, delivery: SentRow): EnrollmentNews {
  const { id, organizationId, workflowId, mode, cause } = run.identity;
  const value = {
    enrollmentId: id,
    workflowId,
    stepId: effect.stepId,
    delivery: deliveryToProto(delivery),
    mode: modeToProto(mode),
    ...(delivery.category !== null && { category: delivery.category }),
  };
  const variants = delivery.variants ?? [];
  return { organizationId, enrollmentId: id, cause, variants, payload: { case: 'emailSent', value } };
}

export function problemOf({ result }: Settled): string | null {
  if (result.outcome === 'failed') return result.error;
  return result.outcome === 'skipped' ? result.reason : null;
}
