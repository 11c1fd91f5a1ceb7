import type { Definition } from '@drippulse/engine';
import { yieldToEventLoop } from '@drippulse/loops';
import type { Context } from '../context.ts';
import type { ClaimedRun } from '../runs/claimed-run.ts';
import { countsOf } from '../runs/counts.ts';
import type { Move } from '../runs/move.ts';
import { type MovesTally, tallyMoves } from '../runs/report-moves.ts';
import { dueAt } from '../runs/store-runs.ts';
import { addLines, startTimeline } from '../runs/store-timeline.ts';
import type { Count } from './counters.ts';
import { collectStarted, type StartedNews } from './events.ts';
import { firstMoves } from './first-moves.ts';
import { type Entry, enrollmentRow, newRuns, runRow, startEnrollments, startRuns } from './insert.ts';
import { startSearchBlocks } from './search-blocks.ts';
import { searchTextOf } from './search-text.ts';

/** Enrollments that are stored together, as the rows they become: of thousands of contacts little else is kept. */
export type Slice = {
  enrollments: ReturnType<typeof startEnrollments>;
  runs: ReturnType<typeof startRuns>;
  timeline: ReturnType<typeof startTimeline>;
  started: StartedNews['each'];
  /** How many moved, and those moves that more is stored of: that ended, or changed the data. */
  moves: number;
  notable: Move[];
  /** What moves change in the counters, by step and what is counted. */
  counts: Map<string, Count>;
  tally: MovesTally;
  /** When the first run is due. */
  dueAt: Date | undefined;
};

/** Contacts made into rows before other requests get their turn. */
const turnRows = 100;

/** Makes contacts into enrollments with these ids, with their first moves unless they are to stay where they enter. */
export async function prepareSlice(
  ctx: Context,
  { entry, definition, stay }: { entry: Entry; definition: Definition; stay: boolean },
  contacts: readonly string[],
  ids: readonly bigint[],
): Promise<Slice> {
  const slice: Slice = {
    enrollments: startEnrollments(entry),
    runs: startRuns(entry),
    timeline: startTimeline(entry.createdAt),
    started: collectStarted(),
    moves: 0,
    notable: [],
    counts: new Map(),
    tally: { steps: new Map(), ended: new Map() },
    dueAt: undefined,
  };
  const inBlock = startSearchBlocks();
  for (let start = 0; start < contacts.length; start += turnRows) {
    await yieldToEventLoop();
    const end = start + turnRows;
    const runs = newRuns(entry, contacts.slice(start, end), ids.slice(start, end));
    const moves = stay ? new Map<bigint, Move>() : firstMoves(ctx, runs, definition, entry.createdAt);
    for (const [index, run] of runs.entries()) {
      const { identity } = run;
      const searched = inBlock(searchTextOf(identity), identity.id, ids[start + index + 1]);
      slice.enrollments.add(enrollmentRow(run, searched));
      addRun(slice, entry, run, moves.get(identity.id));
    }
    addMoves(slice, [...moves.values()]);
  }
  return slice;
}

function addRun(slice: Slice, { createdAt }: Entry, run: ClaimedRun, move: Move | undefined): void {
  const { id, leadRef, email, firstName, lastName } = run.identity;
  const row = runRow(run, move, createdAt);
  if (row !== undefined) slice.runs.add(row);
  if (move !== undefined) addLines(slice.timeline, move);
  slice.started.add({
    id,
    leadRef: leadRef ?? undefined,
    contact: { email: email ?? undefined, firstName: firstName ?? undefined, lastName: lastName ?? undefined },
  });
  if (move !== undefined && move.state.status !== 'active') return;
  const due = move === undefined ? createdAt : dueAt(move, createdAt);
  if (slice.dueAt === undefined || due < slice.dueAt) slice.dueAt = due;
}

function addMoves(slice: Slice, moves: readonly Move[]): void {
  slice.moves += moves.length;
  slice.notable.push(...moves.filter((move) => move.dataChanged || move.state.status !== 'active'));
  tallyMoves(slice.tally, moves);
  for (const count of countsOf(moves)) {
    const key = `${count.counted} ${count.stepId}`;
    const known = slice.counts.get(key);
    slice.counts.set(key, known === undefined ? count : { ...known, by: known.by + count.by });
  }
}
