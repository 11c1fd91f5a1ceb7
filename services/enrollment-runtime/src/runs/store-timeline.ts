import type { Entry } from '@drippulse/engine';
import type { JsonObject, JsonValue } from '@drippulse/json';
import { sql, type Transaction } from 'kysely';
import type { DB } from '../db/schema.ts';
import type { Move } from './move.ts';
import { storedJson } from './stored-json.ts';

/** Appends the lines of moved runs; a run's lines are numbered from 1 without a gap. */
export async function storeTimeline(trx: Transaction<DB>, moves: readonly Move[], now: Date): Promise<void> {
  const lines = moves.flatMap(linesOf);
  if (lines.length === 0) return;
  await sql`
    insert into timeline (
      enrollment_id, at, duration_ms, sequence, step_index, attempt, status, message, error, output)
    select enrollment_id, ${now}::timestamptz, duration_ms, sequence, step_index, attempt, status, message, error, output
    from json_to_recordset(${storedJson(lines)}::json) as line (
      enrollment_id bigint, duration_ms float8, sequence int, step_index int, attempt int,
      status text, message text, error text, output json)`.execute(trx);
}

/** What is null is left out: both sides read and write every byte of it. */
function linesOf({ run, entries, settled }: Move): JsonValue[] {
  const enrollmentId = String(run.identity.id);
  return entries.map((entry, index) => {
    const line: JsonObject = {
      enrollment_id: enrollmentId,
      sequence: run.lines + index + 1,
      step_index: entry.stepIndex,
      attempt: entry.attempt,
      status: entry.status,
      message: messageOf(entry),
    };
    if (index === 0 && settled?.durationMs !== undefined) line['duration_ms'] = settled.durationMs;
    if (entry.error !== undefined) line['error'] = entry.error;
    if (entry.output !== undefined) line['output'] = entry.output;
    return line;
  });
}

export function messageOf({ message, warnings = [] }: Entry): string {
  return warnings.length === 0 ? message : `${message} (warning: ${warnings.join('; ')})`;
}
