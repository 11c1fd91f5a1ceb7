import type { Definition } from '@drippulse/engine';
import type { Context } from '../context.ts';
import { collectStarted, type StartedNews } from '../enrollments/events.ts';
import { searchTextOf } from '../enrollments/search-text.ts';
import type { Count } from '../funnel/counters.ts';
import { heldOut, type StepCounting, startStepCounts } from '../funnel/step-counts.ts';
import { type Watch, watchesOf } from '../goals/index.ts';
import type { Wake } from '../lanes/wake-lane.ts';
import type { ClaimedRun } from '../runs/claimed-run.ts';
import { countEntry, countMoves } from '../runs/count-steps.ts';
import { countsOf } from '../runs/counts.ts';
import type { Move } from '../runs/move.ts';
import { type MovesTally, tallyMoves } from '../runs/report-moves.ts';
import { dueAt } from '../runs/store-runs.ts';
import { addLines, startTimeline } from '../runs/store-timeline.ts';
import { firstMovesInTurns } from './first-moves.ts';
import {
  type Entrant,
  type Entry,
  enrollmentRow,
  fixEntry,
  newRuns,
  runRow,
  startEnrollments,
  startRuns,
  startTexts,
} from './insert.ts';
import { startSearchTexts } from './search-texts.ts';

/** Contacts that enter one workflow, with their ids. With `stay` their enrollments do not move. */
export type Piece = {
  entry: Entry;
  definition: Definition;
  stay: boolean;
  contacts: readonly Entrant[];
  ids: readonly bigint[];
};

/** Enrollments that are stored together. They are kept as encoded rows, so that thousands of them fit in memory. */
export type Slice = {
  createdAt: Date;
  enrollments: ReturnType<typeof startEnrollments>;
  texts: ReturnType<typeof startTexts>;
  runs: ReturnType<typeof startRuns>;
  timeline: ReturnType<typeof startTimeline>;
  started: { piece: Piece; each: StartedNews['each'] }[];
  /**
   * The number of enrollments that moved. `notable` contains the moves that need further rows because they ended the
   * enrollment, changed its data or met goals.
   */
  moves: number;
  notable: Move[];
  /** People who are held out. */
  heldOut: ClaimedRun[];
  /** Contacts whose events may meet goals. */
  watched: Watch[];
  /** Changes to the counters, by workflow, mode, step and counted status. */
  counts: Map<string, Count>;
  tally: MovesTally;
  /** Changes that the entries and first moves make at steps. */
  steps: StepCounting;
  /** When the first run of each workflow is due. */
  wakes: Map<bigint, Wake>;
};

/** Number of contacts whose rows are encoded in one turn of the event loop, after the contacts' first moves. */
const turnRows = 100;

/** Prepares a slice: makes the enrollments of the pieces' contacts and computes their first moves. */
export async function prepareSlice(ctx: Context, pieces: readonly Piece[]): Promise<Slice | undefined> {
  const [first] = pieces;
  if (first === undefined) return undefined;
  const slice: Slice = {
    createdAt: first.entry.createdAt,
    enrollments: startEnrollments(first.entry),
    texts: startTexts(first.entry),
    runs: startRuns(first.entry),
    timeline: startTimeline(first.entry.createdAt),
    started: [],
    moves: 0,
    notable: [],
    heldOut: [],
    watched: [],
    counts: new Map(),
    tally: { steps: new Map(), ended: new Map() },
    steps: startStepCounts(),
    wakes: new Map(),
  };
  for (const piece of pieces) {
    if (piece !== first) fixEntry(slice, piece.entry);
    await addPiece(ctx, slice, piece);
  }
  return slice;
}

async function addPiece(ctx: Context, slice: Slice, piece: Piece): Promise<void> {
  const { entry, definition, stay, contacts, ids } = piece;
  const started = collectStarted();
  // No event announces people who are held out.
  if (contacts.some(({ isHeldOut }) => !isHeldOut)) slice.started.push({ piece, each: started });
  const texts = startSearchTexts((row) => slice.texts.add(row));
  for (let start = 0; start < contacts.length; start += turnRows) {
    const end = start + turnRows;
    const entrants = contacts.slice(start, end);
    const runs = newRuns(entry, entrants, ids.slice(start, end));
    const entering = runs.filter((_, index) => entrants[index]?.isHeldOut !== true);
    const moving = firstMovesInTurns(ctx, stay ? [] : entering, definition, entry.createdAt);
    const moves = await ctx.turns.run(String(entry.organizationId), moving);
    for (const [index, run] of runs.entries()) {
      const { identity } = run;
      const entrant = entrants[index];
      if (entrant === undefined) continue;
      slice.enrollments.add(enrollmentRow(run, entrant));
      texts.add(identity.id, searchTextOf(identity));
      if (entrant.isHeldOut) {
        slice.heldOut.push(run);
        slice.steps.of(identity, heldOut).people += 1;
      } else {
        addRun(slice, started, run, moves.get(identity.id));
        countEntry(slice.steps, identity, definition);
      }
      if (definition.goals.length > 0) {
        const isLiving = !entrant.isHeldOut && (moves.get(identity.id)?.state.status ?? 'active') === 'active';
        slice.watched.push(...watchesOf(identity, definition.goals, isLiving ? undefined : identity.createdAt));
      }
    }
    addMoves(slice, [...moves.values()]);
  }
  texts.end();
}

function addRun(slice: Slice, started: StartedNews['each'], run: ClaimedRun, move: Move | undefined): void {
  const { id, workflowId, createdAt, cause, leadRef, email, firstName, lastName } = run.identity;
  const row = runRow(run, move, createdAt);
  if (row !== undefined) slice.runs.add(row);
  if (move !== undefined) addLines(slice.timeline, move);
  const contact = { email: email ?? undefined, firstName: firstName ?? undefined, lastName: lastName ?? undefined };
  started.add({ id, leadRef: leadRef ?? undefined, contact }, cause);
  if (move !== undefined && move.state.status !== 'active') return;
  const at = move === undefined ? createdAt : dueAt(move, createdAt);
  const known = slice.wakes.get(workflowId);
  if (known === undefined || at < known.at) slice.wakes.set(workflowId, { workflowId, at });
}

function addMoves(slice: Slice, moves: readonly Move[]): void {
  slice.moves += moves.length;
  countMoves(slice.steps, moves, slice.createdAt);
  slice.notable.push(
    ...moves.filter((move) => move.dataChanged || move.state.status !== 'active' || hasMetGoals(move)),
  );
  tallyMoves(slice.tally, moves);
  for (const count of countsOf(moves)) {
    const key = `${count.workflowId} ${count.mode} ${count.counted} ${count.stepId}`;
    const known = slice.counts.get(key);
    slice.counts.set(key, known === undefined ? count : { ...known, by: known.by + count.by });
  }
}

function hasMetGoals({ metGoals = [] }: Move): boolean {
  return metGoals.length > 0;
}
