import { isInfrastructureError } from '@drippulse/db';
import { copyBuffer } from '@drippulse/db/copy';
import { sql, type Transaction } from 'kysely';
import type { Context } from '../context.ts';
import type { DB } from '../db/schema.ts';
import { stepIdAt } from '../definitions/step-at.ts';
import { noDeliveries } from '../enrollments/enrollment-row.ts';
import { appendNews, type StartedNews } from '../enrollments/events.ts';
import { toProto } from '../enrollments/to-proto.ts';
import type { Count } from '../funnel/counters.ts';
import type { Mark } from '../funnel/marks.ts';
import { watchEntrants } from '../goals/index.ts';
import type { Lane } from '../lanes/lane.ts';
import type { Wake } from '../lanes/wake-lane.ts';
import { endedNews } from '../runs/ended-news.ts';
import { reportTally } from '../runs/report-moves.ts';
import { storeData } from '../runs/store-data.ts';
import { storeGoals } from '../runs/store-goals.ts';
import { storeOutcomes } from '../runs/store-outcomes.ts';
import { type Admitted, admitAll } from './admit.ts';
import type { Entrants, EntryAnswer } from './entrants.ts';
import { askOf } from './gate/keep-quotas.ts';
import { type Entry, takeIds } from './insert.ts';
import { pipeline } from './pipeline.ts';
import { type Piece, prepareSlice, type Slice } from './prepare-slice.ts';
import { storeHeldOut } from './store-held-out.ts';

/** Maximum number of rows in one statement. More rows would delay the requests of others. */
const sliceRows = 1000;

/**
 * The stored enrollments, and the writes that must come last in the transaction, because their rows are the most
 * contended.
 */
export type Entered = {
  /** The results for the contacts of each `Entrants`, in their order. */
  entries: EntryAnswer[][];
  /**
   * Arguments for `wakeLanes`, `addCounts` and `addMarks`. Call these functions in this order and each once in a
   * transaction, so that transactions do not deadlock.
   */
  wakes: Wake[];
  counts: Count[];
  marks: Mark[];
};

/**
 * Lets contacts through the gate and enrolls them in one or several lanes, with as many statements as for one lane: an
 * event may start a contact in many workflows.
 */
export async function enterAll(ctx: Context, trx: Transaction<DB>, all: readonly Entrants[]): Promise<Entered> {
  const admitted = await admitAll(ctx, trx, all);
  const count = admitted.reduce((sum, { covered }) => sum + covered.length, 0);
  const entries = admitted.map((one) => one.entries);
  if (count === 0) return { entries, wakes: [], counts: [], marks: [] };
  const laneOf = new Map(all.map(({ lane }) => [lane.workflowId, lane]));
  const used = admitted.flatMap(askOf).map(({ organizationId, count: amount }) => ({ organizationId, amount }));
  const pieces = await piecesOf(ctx, trx, admitted, await takeIds(ctx, trx, count, used));
  const wakes: Wake[] = [];
  const counts: Count[] = [];
  const marks: Mark[] = [];
  for await (const prepared of inSlices(ctx, pieces)) {
    const { slice: stored, marks: marked } = await addSlice(ctx, trx, laneOf, prepared);
    counts.push(...stored.counts.values());
    wakes.push(...stored.wakes.values());
    marks.push(...marked);
    reportTally(ctx, stored.tally);
  }
  for (const { entry, definition, contacts } of pieces) {
    const { workflowId, version, mode } = entry;
    const heldOut = contacts.filter(({ isHeldOut }) => isHeldOut).length;
    const by = contacts.length - heldOut;
    counts.push({ workflowId, version, stepId: stepIdAt(definition, 0), mode, counted: 'active', by });
    if (heldOut > 0) marks.push({ workflowId, mode, kind: 'holdout', name: '', by: heldOut });
    ctx.metrics.contactsEnrolled(by);
  }
  return { entries, wakes, counts, marks };
}

/**
 * Gives the contacts their ids, and splits the contacts into pieces of at most `sliceRows`. In a paused or deleted
 * lane, no enrollment moves.
 */
async function piecesOf(
  ctx: Context,
  trx: Transaction<DB>,
  admitted: readonly Admitted[],
  ids: readonly bigint[],
): Promise<Piece[]> {
  const pieces: Piece[] = [];
  const startedAt = admitted.some(({ at }) => at === undefined) ? await startTime(ctx, trx) : undefined;
  let taken = 0;
  for (const { lane, hops = 0, timezone, agentId, covered, entries, mode: asked, at = startedAt } of admitted) {
    if (at === undefined) throw new Error('the time of the start was not read');
    const { workflowId, organizationId, version, state } = lane;
    const definition = await ctx.definitions.get(workflowId, version, trx);
    const mode = lane.mode === 'test' ? 'test' : asked;
    const entry = { organizationId, workflowId, version, mode, hops, timezone, agentId, createdAt: at };
    const stay = state === 'paused' || state === 'deleted';
    for (let start = 0; start < covered.length; start += sliceRows) {
      const cut = covered.slice(start, start + sliceRows);
      const own = ids.slice(taken, taken + cut.length);
      taken += cut.length;
      for (const [place, { index, entrant }] of cut.entries()) {
        entries[index] = { decision: entrant.isHeldOut ? 'holdout' : 'entered', id: own[place] ?? 0n };
      }
      pieces.push({ entry, definition, stay, contacts: cut.map(({ entrant }) => entrant), ids: own });
    }
  }
  return pieces;
}

/** A slice, and a function that makes the slice again without moves. */
type Prepared = { slice: Slice; unmoved: () => Promise<Slice | undefined> };

/** Yields one slice after the other, and prepares the next slice while the database stores the current one. */
async function* inSlices(ctx: Context, pieces: readonly Piece[]): AsyncGenerator<Prepared> {
  const groups = together(pieces);
  let next = prepareSlice(ctx, groups[0] ?? []);
  for (const [index, group] of groups.entries()) {
    const slice = await next;
    const following = groups[index + 1];
    if (following !== undefined) {
      next = prepareSlice(ctx, following);
      // The next iteration awaits this promise. If this iteration fails, nothing awaits the promise, so its rejection
      // is caught here.
      next.catch(() => undefined);
    }
    const unmoved = () =>
      prepareSlice(
        ctx,
        group.map((piece) => ({ ...piece, stay: true })),
      );
    if (slice !== undefined) yield { slice, unmoved };
  }
}

/** Groups pieces, up to a slice, that are stored together. */
function together(pieces: readonly Piece[]): Piece[][] {
  const groups: Piece[][] = [];
  let room = 0;
  for (const piece of pieces) {
    if (piece.ids.length > room) {
      groups.push([]);
      room = sliceRows;
    }
    groups.at(-1)?.push(piece);
    room -= piece.ids.length;
  }
  return groups;
}

/**
 * Stores a slice with its first moves, or without any moves when one of the moves cannot be stored. A claim then finds
 * the failing move.
 */
async function addSlice(
  ctx: Context,
  trx: Transaction<DB>,
  lanes: ReadonlyMap<bigint, Lane>,
  { slice, unmoved }: Prepared,
): Promise<{ slice: Slice; marks: Mark[] }> {
  if (slice.moves > 0) await sql`savepoint first_moves`.execute(trx);
  try {
    return { slice, marks: await storeSlice(trx, lanes, slice) };
  } catch (error) {
    if (slice.moves === 0 || isInfrastructureError(error)) throw error;
    await sql`rollback to savepoint first_moves`.execute(trx);
    const workflowIds = slice.started.map(({ piece }) => String(piece.entry.workflowId));
    ctx.log.warn({ err: error, workflow_ids: workflowIds }, 'first moves could not be stored');
    const entered = await unmoved();
    if (entered === undefined) throw error;
    return { slice: entered, marks: await storeSlice(trx, lanes, entered) };
  }
}

async function storeSlice(trx: Transaction<DB>, lanes: ReadonlyMap<bigint, Lane>, slice: Slice): Promise<Mark[]> {
  const { createdAt, notable, started } = slice;
  const names = new Map([...lanes].map(([workflowId, { name }]) => [workflowId, name]));
  const marks: Mark[] = [];
  await pipeline([
    () => copyBuffer(trx, 'enrollments', slice.enrollments),
    () => copyBuffer(trx, 'enrollment_search', slice.texts),
    () => copyBuffer(trx, 'runs', slice.runs),
    () => copyBuffer(trx, 'timeline', slice.timeline),
    () => storeData(trx, notable),
    () => storeOutcomes(trx, notable, createdAt),
    () => storeHeldOut(trx, slice.heldOut, createdAt),
    () => watchEntrants(trx, slice.watched),
    async () => {
      marks.push(...(await storeGoals(trx, notable, { now: createdAt, counting: slice.steps })));
    },
    async () => {
      const ended = await endedNews(trx, notable, names, createdAt);
      await appendNews(
        trx,
        ended,
        started.map(({ piece, each }) => startedNews(piece, each)),
        slice.steps.news(),
      );
    },
  ]);
  return marks;
}

async function startTime(ctx: Context, trx: Transaction<DB>): Promise<Date> {
  const { rows } = await sql<{ now: Date }>`select ${ctx.dbNow} as now`.execute(trx);
  const [row] = rows;
  if (row === undefined) throw new Error('the database returned no time');
  return row.now;
}

function startedNews({ entry, definition }: { entry: Entry } & Pick<Piece, 'definition'>, each: StartedNews['each']) {
  const { organizationId, createdAt } = entry;
  const nobody = { id: 0n, cause: null, leadRef: null, email: null, firstName: null, lastName: null };
  const row = {
    ...entry,
    ...nobody,
    status: 'active' as const,
    stepIndex: 0,
    nextRunAt: createdAt,
    updatedAt: createdAt,
    endedAt: null,
    lastLine: null,
    lastError: null,
    outcome: null,
    goalsMet: [],
    deliveries: noDeliveries,
  };
  return { organizationId, shared: toProto(row, definition, createdAt), each };
}
