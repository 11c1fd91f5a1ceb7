import { setImmediate as giveWay } from 'node:timers/promises';
import { isInfrastructureError } from '@drippulse/db';
import type { Definition } from '@drippulse/engine';
import { sql, type Transaction } from 'kysely';
import type { Context } from '../context.ts';
import type { DB } from '../db/schema.ts';
import type { Lane } from '../lanes/lane.ts';
import { type Wake, wakeLanes } from '../lanes/wake-lane.ts';
import type { ClaimedRun } from '../runs/claimed-run.ts';
import { countsOf } from '../runs/counts.ts';
import { endedNews } from '../runs/ended-news.ts';
import type { Move } from '../runs/move.ts';
import { reportMoves } from '../runs/report-moves.ts';
import { stepIdAt } from '../runs/step-at.ts';
import { storeData } from '../runs/store-data.ts';
import { storeOutcomes } from '../runs/store-outcomes.ts';
import { wakeOf } from '../runs/store-runs.ts';
import { storeTimeline } from '../runs/store-timeline.ts';
import { addCounts, type Count } from './counters.ts';
import { type Mode, noDeliveries } from './enrollment-row.ts';
import { appendNews, type StartedNews } from './events.ts';
import { firstMoves } from './first-moves.ts';
import { type Entry, insertEnrollments, insertRuns, newRuns, takeIds } from './insert.ts';
import { toProto } from './to-proto.ts';

/** Rows of one statement: small enough that nobody else's request waits for this one. */
const sliceRows = 1000;
/** Contacts read before other requests get their turn. */
const turnRows = 100;

/**
 * Enrolls contacts in the lane, which the transaction has locked, and answers their ids in the order given. Each has gone
 * through its first pure steps by then. After the commit wake the relay and the advance loop.
 */
export async function enroll(
  ctx: Context,
  trx: Transaction<DB>,
  options: {
    lane: Lane;
    mode: Mode;
    /** Of what the enrollments are started by; 0 unless a workflow did it. */
    hops?: number;
    timezone: string;
    agentId: bigint | null;
    /** JSON texts of objects. */
    contacts: readonly string[];
  },
): Promise<bigint[]> {
  const { lane, mode, hops = 0, timezone, agentId, contacts } = options;
  const { workflowId, organizationId, version } = lane;
  const definition = await ctx.definitions.get(workflowId, version);
  const createdAt = await startTime(ctx, trx);
  const entry = { organizationId, workflowId, version, mode, hops, timezone, agentId, createdAt };
  const entering = { entry, definition, lane };
  const counts: Count[] = [];
  const wakes: Wake[] = [];
  const ids = await takeIds(trx, contacts.length);
  const isHeld = lane.state === 'paused' || lane.state === 'deleted';
  const prepare = async (start: number): Promise<Slice> => {
    const runs: ClaimedRun[] = [];
    const end = Math.min(start + sliceRows, contacts.length);
    for (let at = start; at < end; at += turnRows) {
      await giveWay();
      const next = Math.min(at + turnRows, end);
      runs.push(...newRuns(entry, contacts.slice(at, next), ids.slice(at, next)));
    }
    return { runs, moves: await firstMoves(ctx, runs, { definition, now: createdAt, isHeld }) };
  };
  for await (const slice of oneAhead(prepare, contacts.length, sliceRows)) {
    const { runs } = slice;
    const moves = await addSlice(ctx, trx, entering, slice);
    counts.push(...countsOf(moves));
    if (moves.length < runs.length) wakes.push({ workflowId, at: createdAt });
    wakes.push(...moves.flatMap((move) => wakeOf(move, createdAt)));
    reportMoves(ctx, moves);
  }
  await wakeLanes(trx, wakes);
  const stepId = stepIdAt(definition, 0);
  await addCounts(trx, [{ workflowId, version, stepId, mode, counted: 'active', by: ids.length }, ...counts]);
  ctx.metrics.contactsEnrolled(ids.length);
  return ids;
}

type Entering = { entry: Entry; definition: Definition; lane: Lane };

/** Enrollments and their first moves, by id. */
type Slice = { runs: readonly ClaimedRun[]; moves: ReadonlyMap<bigint, Move> };

/** One slice after the other; the next is made while the database stores the last. */
async function* oneAhead(
  prepare: (start: number) => Promise<Slice>,
  count: number,
  step: number,
): AsyncGenerator<Slice> {
  let next = prepare(0);
  for (let start = 0; start < count; start += step) {
    const slice = await next;
    if (start + step < count) {
      next = prepare(start + step);
      // Waited for in the next round, which a failure of this one leaves out.
      next.catch(() => undefined);
    }
    yield slice;
  }
}

/** Stores a slice with its first moves, or without them where one of those can't be stored: a claim finds out which. */
async function addSlice(ctx: Context, trx: Transaction<DB>, entering: Entering, slice: Slice): Promise<Move[]> {
  const { moves } = slice;
  if (moves.size > 0) await sql`savepoint first_moves`.execute(trx);
  try {
    await storeSlice(trx, entering, slice);
  } catch (error) {
    if (moves.size === 0 || isInfrastructureError(error)) throw error;
    await sql`rollback to savepoint first_moves`.execute(trx);
    ctx.log.warn({ err: error, workflow_id: String(entering.lane.workflowId) }, 'first moves could not be stored');
    await storeSlice(trx, entering, { ...slice, moves: new Map() });
    return [];
  }
  return [...moves.values()];
}

async function storeSlice(
  trx: Transaction<DB>,
  { entry, definition, lane }: Entering,
  { runs, moves }: Slice,
): Promise<void> {
  const moved = [...moves.values()];
  const { createdAt } = entry;
  await inTurns([
    () => insertEnrollments(trx, runs),
    () => insertRuns(trx, entry, runs, moves),
    () => storeTimeline(trx, moved, createdAt),
    () => storeData(trx, moved),
    () => storeOutcomes(trx, moved, createdAt),
    async () => {
      const ended = await endedNews(trx, moved, new Map([[lane.workflowId, lane.name]]), createdAt);
      await appendNews(trx, ended, startedNews(entry, definition, runs));
    },
  ]);
}

/**
 * Statements of one transaction, which takes one after the other: each is made while the database is at those before it,
 * in a turn of its own. Fails as the first that does; the transaction refuses those behind it.
 */
async function inTurns(statements: readonly (() => Promise<void>)[]): Promise<void> {
  const started: Promise<void>[] = [];
  for (const statement of statements) {
    const done = statement();
    done.catch(() => undefined);
    started.push(done);
    await giveWay();
  }
  await Promise.all(started);
}

async function startTime(ctx: Context, trx: Transaction<DB>): Promise<Date> {
  const { rows } = await sql<{ now: Date }>`select ${ctx.dbNow} as now`.execute(trx);
  const [row] = rows;
  if (row === undefined) throw new Error('the database did not tell its time');
  return row.now;
}

function startedNews(entry: Entry, definition: Definition, runs: readonly ClaimedRun[]): StartedNews {
  const { organizationId, createdAt } = entry;
  const nobody = { id: 0n, leadRef: null, email: null, firstName: null, lastName: null };
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
    deliveries: noDeliveries,
  };
  return {
    organizationId,
    shared: toProto(row, definition, createdAt),
    each: runs.map(({ identity: { id, leadRef, email, firstName, lastName } }) => ({
      id,
      ...(leadRef !== null && { leadRef }),
      contact: {
        ...(email !== null && { email }),
        ...(firstName !== null && { firstName }),
        ...(lastName !== null && { lastName }),
      },
    })),
  };
}
