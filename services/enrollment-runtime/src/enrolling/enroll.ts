import { isInfrastructureError } from '@drippulse/db';
import { copyBuffer } from '@drippulse/db/copy';
import type { Definition } from '@drippulse/engine';
import { sql, type Transaction } from 'kysely';
import { countInChains } from '../chains/count-in-chains.ts';
import { reportCuts } from '../chains/report-cut.ts';
import type { Context } from '../context.ts';
import type { DB } from '../db/schema.ts';
import { stepIdAt } from '../definitions/step-at.ts';
import { type Mode, noDeliveries } from '../enrollments/enrollment-row.ts';
import { appendNews, type StartedNews } from '../enrollments/events.ts';
import { toProto } from '../enrollments/to-proto.ts';
import { addCounts, type Count } from '../funnel/counters.ts';
import type { Lane } from '../lanes/lane.ts';
import { wakeLanes } from '../lanes/wake-lane.ts';
import { endedNews } from '../runs/ended-news.ts';
import { reportTally } from '../runs/report-moves.ts';
import { storeData } from '../runs/store-data.ts';
import { storeOutcomes } from '../runs/store-outcomes.ts';
import { inTurns } from './in-turns.ts';
import { type Entrant, type Entry, takeIds } from './insert.ts';
import { prepareSlice, type Slice } from './prepare-slice.ts';

/** Rows of one statement. More would delay the requests of others. */
const sliceRows = 1000;

/**
 * The chain of a contact. `counts` is whether its enrollment is still to be counted: it is not when the cause itself starts
 * it, or when the caller has counted it.
 */
export type Link = { cause: string; counts: boolean };

/**
 * Enrolls contacts in the lane, which the transaction has locked, and returns their ids in the order given. Contacts that
 * the budget of their chain does not cover are left out. Each enrollment has gone through its first pure steps by then.
 * Wake the relay and the advance loop after the commit. A test workflow has test enrollments only, whoever asks.
 */
export async function enroll(
  ctx: Context,
  trx: Transaction<DB>,
  options: {
    lane: Lane;
    mode: Mode;
    /** How many workflows led here; 0 unless a workflow started the enrollments. */
    hops?: number;
    timezone: string;
    agentId: bigint | null;
    /** JSON texts of objects, one for each contact. */
    contacts: readonly string[];
    /** The chain that each contact belongs to. Default: each enrollment is a cause itself. */
    links?: readonly Link[];
  },
): Promise<bigint[]> {
  const { lane, hops = 0, timezone, agentId } = options;
  const mode = lane.mode === 'test' ? 'test' : options.mode;
  const { workflowId, organizationId, version } = lane;
  const contacts = await withinBudgets(ctx, trx, options);
  if (contacts.length === 0) return [];
  const definition = await ctx.definitions.get(workflowId, version);
  const createdAt = await startTime(ctx, trx);
  const entry = { organizationId, workflowId, version, mode, hops, timezone, agentId, createdAt };
  const entering = { entry, definition, lane };
  const counts: Count[] = [];
  const ids = await takeIds(trx, contacts.length);
  const prepare = (start: number, stay: boolean) => {
    const end = start + sliceRows;
    return prepareSlice(ctx, { entry, definition, stay }, contacts.slice(start, end), ids.slice(start, end));
  };
  let firstDueAt: Date | undefined;
  for await (const slice of inSlices(prepare, contacts.length, lane)) {
    const stored = await addSlice(ctx, trx, entering, slice);
    counts.push(...stored.counts.values());
    reportTally(ctx, stored.tally);
    if (stored.dueAt !== undefined && (firstDueAt === undefined || stored.dueAt < firstDueAt))
      firstDueAt = stored.dueAt;
  }
  await wakeLanes(trx, firstDueAt === undefined ? [] : [{ workflowId, at: firstDueAt }]);
  const stepId = stepIdAt(definition, 0);
  await addCounts(trx, [{ workflowId, version, stepId, mode, counted: 'active', by: ids.length }, ...counts]);
  ctx.metrics.contactsEnrolled(ids.length);
  return ids;
}

/** The contacts that their budgets cover. Counts them, and reports the chains of the others. */
async function withinBudgets(
  ctx: Context,
  trx: Transaction<DB>,
  {
    lane: { organizationId, workflowId },
    contacts,
    links,
  }: { lane: Lane; contacts: readonly string[]; links?: readonly Link[] },
): Promise<Entrant[]> {
  const entrants = contacts.map((contact, index) => ({ contact, cause: links?.[index]?.cause ?? null }));
  if (links === undefined) return entrants;
  const counting = links.filter(({ counts }) => counts).map(({ cause }) => ({ organizationId, cause }));
  const covered = await countInChains(ctx, trx, counting);
  const cuts = counting.filter((_, index) => covered[index] !== true);
  await reportCuts(
    ctx,
    trx,
    cuts.map((chain) => ({ ...chain, reason: 'budget' as const, workflowId })),
  );
  const answers = covered.values();
  return entrants.filter((_, index) => links[index]?.counts !== true || answers.next().value === true);
}

type Entering = { entry: Entry; definition: Definition; lane: Lane };
type Prepare = (start: number, stay: boolean) => Promise<Slice>;
/** A slice, and a function that makes it again without moves. */
type Prepared = { slice: Slice; unmoved: () => Promise<Slice> };

/**
 * Yields one slice after the other, and prepares the next while the database stores the last. In a lane that does not
 * run nothing moves.
 */
async function* inSlices(prepare: Prepare, count: number, { state }: Lane): AsyncGenerator<Prepared> {
  const isStopped = state === 'paused' || state === 'deleted';
  let next = prepare(0, isStopped);
  for (let start = 0; start < count; start += sliceRows) {
    const slice = await next;
    if (start + sliceRows < count) {
      next = prepare(start + sliceRows, isStopped);
      // Awaited in the next round, which does not come when this round fails.
      next.catch(() => undefined);
    }
    yield { slice, unmoved: () => prepare(start, true) };
  }
}

/**
 * Stores a slice with its first moves, or without them when one of those cannot be stored. A claim will find out which.
 */
async function addSlice(
  ctx: Context,
  trx: Transaction<DB>,
  entering: Entering,
  { slice, unmoved }: Prepared,
): Promise<Slice> {
  if (slice.moves > 0) await sql`savepoint first_moves`.execute(trx);
  try {
    await storeSlice(trx, entering, slice);
    return slice;
  } catch (error) {
    if (slice.moves === 0 || isInfrastructureError(error)) throw error;
    await sql`rollback to savepoint first_moves`.execute(trx);
    ctx.log.warn({ err: error, workflow_id: String(entering.lane.workflowId) }, 'first moves could not be stored');
    const entered = await unmoved();
    await storeSlice(trx, entering, entered);
    return entered;
  }
}

async function storeSlice(trx: Transaction<DB>, { entry, definition, lane }: Entering, slice: Slice): Promise<void> {
  const { createdAt } = entry;
  const { notable } = slice;
  await inTurns([
    () => copyBuffer(trx, 'enrollments', slice.enrollments),
    () => copyBuffer(trx, 'enrollment_search', slice.texts),
    () => copyBuffer(trx, 'runs', slice.runs),
    () => copyBuffer(trx, 'timeline', slice.timeline),
    () => storeData(trx, notable),
    () => storeOutcomes(trx, notable, createdAt),
    async () => {
      const ended = await endedNews(trx, notable, new Map([[lane.workflowId, lane.name]]), createdAt);
      await appendNews(trx, ended, startedNews(entry, definition, slice.started));
    },
  ]);
}

async function startTime(ctx: Context, trx: Transaction<DB>): Promise<Date> {
  const { rows } = await sql<{ now: Date }>`select ${ctx.dbNow} as now`.execute(trx);
  const [row] = rows;
  if (row === undefined) throw new Error('the database returned no time');
  return row.now;
}

function startedNews(entry: Entry, definition: Definition, each: StartedNews['each']): StartedNews {
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
    deliveries: noDeliveries,
  };
  return { organizationId, shared: toProto(row, definition, createdAt), each };
}
