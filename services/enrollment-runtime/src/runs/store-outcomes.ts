import { sql, type Transaction } from 'kysely';
import type { DB } from '../db/schema.ts';
import type { Move } from './move.ts';
import { errorLineOf } from './store-runs.ts';
import { variantsAfter } from './variants.ts';

/** Stores the outcomes of runs. */
export async function storeOutcomes(trx: Transaction<DB>, moves: readonly Move[], now: Date): Promise<void> {
  const ended = moves.filter((move) => move.state.status !== 'active');
  if (ended.length === 0) return;
  const rows = ended.map((move) => ({
    workflow_id: String(move.run.identity.workflowId),
    enrollment_id: String(move.run.identity.id),
    organization_id: String(move.run.identity.organizationId),
    version: move.run.identity.version,
    step_index: move.state.stepIndex,
    lines: move.run.lines + move.entries.length,
    error_line: errorLineOf(move),
    mode: move.run.identity.mode,
    status: move.state.status,
    reason: reasonOf(move),
    variants: variantsAfter(move),
    outcome: move.outcome ?? null,
  }));
  await sql`
    insert into outcomes (
      workflow_id, enrollment_id, organization_id, ended_at, version, step_index, lines, error_line, mode, status,
      reason, variants, outcome)
    select workflow_id, enrollment_id, organization_id, ${now}::timestamptz, version, step_index, lines, error_line, mode, status,
      reason, variants::json, outcome
    from json_to_recordset(${JSON.stringify(rows)}::json) as ended (
      workflow_id bigint, enrollment_id bigint, organization_id bigint, version int, step_index int, lines int,
      error_line int, mode text, status text, reason text, variants text, outcome text)`.execute(trx);
}

/** Returns the reason for the end of a run, in a few words without data of the contact. */
function reasonOf({ state, entries, outcome }: Move): string {
  if (outcome !== undefined) return 'goal';
  if (entries.at(-1)?.type === 'end') return 'end_step';
  return state.status === 'failed' ? 'step_failed' : 'last_step';
}
