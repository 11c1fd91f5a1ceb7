import { copyRows } from '@drippulse/db';
import type { Entry } from '@drippulse/engine';
import type { Transaction } from 'kysely';
import type { DB } from '../db/schema.ts';
import type { Move } from './move.ts';
import { storedJson, storedText } from './stored-json.ts';

export const timelineColumns = {
  enrollment_id: 'int8',
  at: 'timestamptz',
  duration_ms: 'float8',
  sequence: 'int4',
  step_index: 'int4',
  attempt: 'int4',
  status: 'text',
  message: 'text',
  error: 'text',
  output: 'json',
} as const;

/** Appends the lines of moved runs; a run's lines are numbered from 1 without a gap. */
export async function storeTimeline(trx: Transaction<DB>, moves: readonly Move[], now: Date): Promise<void> {
  await copyRows(
    trx,
    'timeline',
    timelineColumns,
    moves.flatMap((move) => linesOf(move, now)),
  );
}

/** The new lines of a moved run. */
export function linesOf({ run, entries, settled }: Move, at: Date) {
  return entries.map((entry, index) => ({
    enrollment_id: run.identity.id,
    at,
    duration_ms: index === 0 ? (settled?.durationMs ?? null) : null,
    sequence: run.lines + index + 1,
    step_index: entry.stepIndex,
    attempt: entry.attempt,
    status: entry.status,
    message: storedText(messageOf(entry)),
    error: entry.error === undefined ? null : storedText(entry.error),
    output: entry.output === undefined ? null : storedJson(entry.output),
  }));
}

export function messageOf({ message, warnings = [] }: Entry): string {
  return warnings.length === 0 ? message : `${message} (warning: ${warnings.join('; ')})`;
}
