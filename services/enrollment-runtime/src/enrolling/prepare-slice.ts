import type { Definition } from '@drippulse/engine';
import { yieldToEventLoop } from '@drippulse/loops';
import type { Context } from '../context.ts';
import { collectStarted, type StartedNews } from '../enrollments/events.ts';
import { searchTextOf } from '../enrollments/search-text.ts';
import type { Count } from '../funnel/counters.ts';
import type { ClaimedRun } from '../runs/claimed-run.ts';
import { countsOf } from '../runs/counts.ts';
import type { Move } from '../runs/move.ts';
import { type MovesTally, tallyMoves } from '../runs/report-moves.ts';
import { dueAt } from '../runs/store-runs.ts';
import { addLines, startTimeline } from '../runs/store-timeline.ts';
import { firstMoves } from './first-moves.ts';
import {
  type Entrant,
  type Entry,
  enrollmentRow,
  newRuns,
  runRow,
  startEnrollments,
  startRuns,
  startTexts,
} from './insert.ts';
import { startSearchTexts } from './search-texts.ts';

/** Enrollments that are stored together, as encoded rows: of thousands of contacts little else stays in memory. */
export type Slice = {
  enrollments: ReturnType<typeof startEnrollments>;
  texts: ReturnType<typeof startTexts>;
  runs: ReturnType<typeof startRuns>;
  timeline: ReturnType<typeof startTimeline>;
  started: StartedNews['each'];
  /** How many moved, and the moves of which more is stored: they ended the enrollment or changed its data. */
  moves: number;
  notable: Move[];
  /** Changes of the counters by step and counted status. */
  counts: Map<string, Count>;
  tally: MovesTally;
  /** When the first run is due. */
  dueAt: Date | undefined;
};

/** Contacts encoded in one turn of the event loop. */
const turnRows = 100;

/** Makes enrollments of contacts, with these ids. With `stay` they do not move. */
export async function prepareSlice(
  ctx: Context,
  { entry, definition, stay }: { entry: Entry; definition: Definition; stay: boolean },
  contacts: readonly Entrant[],
  ids: readonly bigint[],
): Promise<Slice> {
  const slice: Slice = {
    enrollments: startEnrollments(entry),
    texts: startTexts(entry),
    runs: startRuns(entry),
    timeline: startTimeline(entry.createdAt),
    started: collectStarted(),
    moves: 0,
    notable: [],
    counts: new Map(),
    tally: { steps: new Map(), ended: new Map() },
    dueAt: undefined,
  };
  const texts = startSearchTexts((row) => slice.texts.add(row));
  for (let start = 0; start < contacts.length; start += turnRows) {
    await yieldToEventLoop();
    const end = start + turnRows;
    const runs = newRuns(entry, contacts.slice(start, end), ids.slice(start, end));
    const moves = stay ? new Map<bigint, Move>() : await firstMoves(ctx, runs, definition, entry.createdAt);
    for (const run of runs) {
      const { identity } = run;
      slice.enrollments.add(enrollmentRow(run));
      texts.add(identity.id, searchTextOf(identity));
      addRun(slice, entry, run, moves.get(identity.id));
    }
    addMoves(slice, [...moves.values()]);
  }
  texts.end();
  return slice;
}

function addRun(slice: Slice, { createdAt }: Entry, run: ClaimedRun, move: Move | undefined): void {
  const { id, cause, leadRef, email, firstName, lastName } = run.identity;
  const row = runRow(run, move, createdAt);
  if (row !== undefined) slice.runs.add(row);
  if (move !== undefined) addLines(slice.timeline, move);
  const contact = { email: email ?? undefined, firstName: firstName ?? undefined, lastName: lastName ?? undefined };
  slice.started.add({ id, leadRef: leadRef ?? undefined, contact }, cause);
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
