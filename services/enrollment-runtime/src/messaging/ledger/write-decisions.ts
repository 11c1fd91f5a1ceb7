import type { Decision } from '@drippulse/engine';
import { usageInsert } from '@drippulse/entitlements';
import { sql, type Transaction } from 'kysely';
import type { DB } from '../../db/schema.ts';
import { refKeyOf, sendKeyOf } from '../contact-keys.ts';
import type { SendRequest } from '../send-request.ts';
import type { Frame } from '../senders/frame.ts';
import type { Facts, LedgerContext } from './read-facts.ts';

/** A send with its decision, and the time at which it may leave when sends are spread. */
export type Decided = { send: SendRequest; decision: Decision | { kind: 'returned' }; slotAt: number | null };

/** A decision as stored in the ledger. Both members are null if the send has no place. */
type Written = { placedAt: Date | null; frame: Frame | null };

/**
 * Writes decisions into the ledger. Returns the time at which each send got its place, and its frame. A send keeps both
 * unless it fails permanently, because an attempt of a process that died may have reached the mail server. A mail is
 * counted when it gets its place. A send whose result is recorded stays as it is, and is left out of the returned
 * sends, so that if two processes decide, the later process uses the result of the earlier one.
 */
export async function writeDecisions(
  { dbNow }: Pick<LedgerContext, 'dbNow'>,
  trx: Transaction<DB>,
  decided: readonly Decided[],
  { now, frameOf }: Pick<Facts, 'now' | 'frameOf'>,
): Promise<Map<string, Written>> {
  const rows = decided.map((one) => ({ ...sendRow(one.send), ...decisionRow(one, now), ...frameRow(one, frameOf) }));
  // The rows are sorted by key, as in every other writer, so that no two writers wait for each other.
  rows.sort((a, b) => (a.effect_key < b.effect_key ? -1 : 1));
  const { rows: written } = await sql<{ effect_key: string; placed_at: Date | null; frame: string | null }>`
    with written as (insert into sends (
      organization_id, workflow_id, enrollment_id, planned_at, due_at, expires_at, placed_at, slot_at, decided_at,
      lost_to_workflow_id, lost_to_enrollment_id, priority, mode, status, channel, class, category, step_id, effect_key,
      contact_key, ref_key, decision, rule, reason, frame)
    select organization_id, workflow_id, enrollment_id, planned_at, due_at, expires_at, placed_at, slot_at, ${now},
      lost_to_workflow_id, lost_to_enrollment_id, priority, mode, status, channel, class, category, step_id, effect_key,
      contact_key, ref_key, decision, rule, reason, frame
    from json_populate_recordset(null::sends, ${JSON.stringify(rows)}::json)
    on conflict (organization_id, effect_key) do update set
      status = excluded.status, due_at = excluded.due_at, slot_at = excluded.slot_at, decided_at = excluded.decided_at,
      placed_at = coalesce(sends.placed_at, excluded.placed_at),
      frame = case when sends.placed_at is null then excluded.frame else coalesce(sends.frame, excluded.frame) end,
      lost_to_workflow_id = excluded.lost_to_workflow_id, lost_to_enrollment_id = excluded.lost_to_enrollment_id,
      decision = excluded.decision, rule = excluded.rule, reason = excluded.reason
    where sends.result is null
    returning organization_id, mode, effect_key, placed_at, frame), counted as (${usageInsert(
      'emails',
      sql`select organization_id, 1 as amount from written where mode = 'live' and placed_at = ${now}::timestamptz`,
      dbNow,
    )})
    select effect_key, placed_at, frame from written`.execute(trx);
  return new Map(
    written.map((row) => [
      row.effect_key,
      // This service stored the JSON.
      { placedAt: row.placed_at, frame: row.frame === null ? null : (JSON.parse(row.frame) as Frame) },
    ]),
  );
}

/** Returns the columns of a send that never change. */
export function sendRow(send: SendRequest) {
  return {
    organization_id: String(send.organizationId),
    workflow_id: String(send.workflowId),
    enrollment_id: String(send.enrollmentId),
    planned_at: send.plannedAt,
    due_at: send.plannedAt,
    expires_at: send.expiresAt,
    priority: send.priority,
    mode: send.mode,
    channel: send.channel,
    class: send.class,
    category: send.category,
    step_id: send.stepId,
    effect_key: send.key,
    contact_key: sendKeyOf(send),
    ref_key: refKeyOf(send),
  };
}

/** Returns the frame of a send that may leave. Any other send gets no frame, because it is not placed. */
function frameRow({ send, decision }: Decided, frameOf: Facts['frameOf']): { frame?: Frame } {
  return decision.kind === 'send' ? { frame: frameOf(send) } : {};
}

function decisionRow({ decision, slotAt }: Decided, now: Date) {
  const slot_at = slotAt === null ? null : new Date(slotAt);
  if (decision.kind === 'send') return { slot_at, due_at: now, placed_at: now, status: 'sending', decision: null };
  if (decision.kind === 'returned') return { slot_at, due_at: now, placed_at: now, status: 'sent', decision: 'sent' };
  const { rule, reason } = decision;
  if (decision.kind === 'skip') {
    const word = rule === 'suppression' ? 'suppressed' : 'skipped';
    return { slot_at, due_at: now, status: 'skipped', decision: word, rule, reason };
  }
  const { until, lostTo } = decision;
  return {
    slot_at,
    due_at: new Date(until),
    status: 'held',
    decision: 'held',
    rule,
    reason,
    lost_to_workflow_id: lostTo === undefined ? null : String(lostTo.workflowId),
    lost_to_enrollment_id: lostTo === undefined ? null : String(lostTo.enrollmentId),
  };
}
