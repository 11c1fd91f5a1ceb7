import { copyBuffer, startCopy } from '@drippulse/db/copy';
import type { Entry } from '@drippulse/engine';
import type { Transaction } from 'kysely';
import type { DB } from '../db/schema.ts';
import type { FollowingLine } from '../enrollments/timeline-lines.ts';
import type { Move } from './move.ts';
import { storedJson, storedText } from './stored-json.ts';

const timelineColumns = {
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
  following: 'json',
  version: 'int4',
  held: 'json',
} as const;

/** Appends the lines of moved runs. The lines of a run are numbered from 1 without gaps. */
export async function storeTimeline(trx: Transaction<DB>, moves: readonly Move[], now: Date): Promise<void> {
  const lines = startTimeline(now);
  for (const move of moves) addLines(lines, move);
  await copyBuffer(trx, 'timeline', lines);
}

/** Starts rows of `timeline` that have the same time. */
export function startTimeline(at: Date) {
  return startCopy(timelineColumns, { at });
}

/** Adds the new lines of a moved run as one row, if there are any. */
export function addLines(timeline: ReturnType<typeof startTimeline>, { run, entries, settled }: Move): void {
  const [first, ...others] = entries;
  if (first === undefined) return;
  timeline.add({
    enrollment_id: run.identity.id,
    duration_ms: settled?.durationMs ?? null,
    sequence: run.lines + 1,
    step_index: first.stepIndex,
    attempt: first.attempt,
    status: first.status,
    message: storedText(messageOf(first)),
    error: first.error === undefined ? null : storedText(first.error),
    output: first.output === undefined ? null : storedJson(first.output),
    following: others.length === 0 ? null : storedJson(others.map(followingLine)),
    version: run.identity.version,
    // A held effect ends its move, so its line is the only new one.
    held: first.heldBy === undefined ? null : JSON.stringify(first.heldBy),
  });
}

function followingLine(entry: Entry): FollowingLine {
  const { stepIndex, attempt, status, error, output } = entry;
  return {
    step_index: stepIndex,
    attempt,
    status,
    message: messageOf(entry),
    ...(error !== undefined && { error }),
    ...(output !== undefined && { output }),
  };
}

export function messageOf({ message, warnings = [] }: Entry): string {
  return warnings.length === 0 ? message : `${message} (warning: ${warnings.join('; ')})`;
}
