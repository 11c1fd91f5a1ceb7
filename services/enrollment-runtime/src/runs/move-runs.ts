import { type Definition, turnUnits } from '@drippulse/engine';
import { createYielder, runYielding } from '@drippulse/loops';
import { sql, type Transaction } from 'kysely';
import { contactKeysOf, lockContacts } from '../contacts/lock-contacts.ts';
import type { Context } from '../context.ts';
import type { DB } from '../db/schema.ts';
import { appendNews } from '../enrollments/events.ts';
import { addCounts } from '../funnel/counters.ts';
import { hintMoves } from '../funnel/hint-moves.ts';
import { addMarks } from '../funnel/marks.ts';
import { startStepCounts } from '../funnel/step-counts.ts';
import { isLaneSuspended } from '../lanes/lane.ts';
import { wakeLanes } from '../lanes/wake-lane.ts';
import { wakeFreed, wakeHeld } from '../messaging/index.ts';
import type { ClaimedRun, HandedOut, Work } from './claimed-run.ts';
import { countMoves } from './count-steps.ts';
import { countsOf } from './counts.ts';
import { endedNews } from './ended-news.ts';
import { lockClaimed } from './lock-runs.ts';
import { type Move, moveInTurns } from './move.ts';
import { recordResults } from './record-results.ts';
import { reportBug, reportMoves } from './report-moves.ts';
import { isContested, settleContested } from './settle-contested.ts';
import { lostSends, settleLedger } from './settle-ledger.ts';
import { storeData } from './store-data.ts';
import { storeGoals } from './store-goals.ts';
import { storeIntents } from './store-intents.ts';
import { storeOutcomes } from './store-outcomes.ts';
import { endParked, storeParked } from './store-parked.ts';
import { storeRuns, wakeOf } from './store-runs.ts';
import { storeTimeline } from './store-timeline.ts';

/**
 * Moves claimed runs and commits everything that follows in one transaction: results, states, timeline, intents, events
 * and counters. Runs move only if they still have the fence of their claim. Results are recorded regardless of the
 * fence.
 */
export async function moveRuns(
  ctx: Context,
  works: readonly Work[],
  commit: 'moves' | 'results',
): Promise<HandedOut[]> {
  const definitions = await definitionsOf(ctx, works);
  const done = await ctx.db.kysely.transaction().execute(async (trx) => {
    const { now, lanes } = await lockLanes(ctx, trx, works);
    const yieldAfter = createYielder(turnUnits);
    const definitionOf = ({ run }: Work) => definitions.get(versionKey(run));
    const movesOf = async (some: readonly Work[]): Promise<Move[]> => {
      const moves: Move[] = [];
      for (const work of some) {
        const definition = definitionOf(work);
        if (definition === undefined) continue;
        const isStopped = lanes.get(work.run.identity.workflowId)?.running !== true;
        const onBug = (error: unknown) => reportBug(ctx, work.run, error);
        const moving = moveInTurns(work, definition, { now, isStopped, random: ctx.random(), onBug });
        moves.push(await runYielding(moving, yieldAfter));
      }
      return moves;
    };
    const [contested, others] = partition(works, (work) => isContested(work, now));
    const moves = await movesOf(others);
    await lockWaiting(trx, contested, moves);
    const ours = await lockClaimed(
      trx,
      works.filter((work) => isShared(work, definitionOf(work), now)),
    );
    moves.push(...(await movesOf(await settleContested(trx, contested, ours, { definitionOf, now }))));
    const moved = await storeRuns(trx, moves, { now, leaseMs: ctx.config.leaseMs });
    const mailNews = await recordResults(trx, moves, moved, now);
    const freed = await settleLedger(trx, moves, now);
    await storeTimeline(trx, moved, now);
    await storeData(trx, moved);
    const handedOut = await storeIntents(ctx, trx, moved, now);
    await endParked(ctx, trx, moved);
    await storeOutcomes(trx, moved, now);
    const counting = startStepCounts();
    countMoves(counting, moved, now);
    const marks = await storeGoals(trx, moved, { now, counting });
    const names = new Map([...lanes].map(([workflowId, lane]) => [workflowId, lane.name]));
    await appendNews(trx, [...mailNews, ...(await endedNews(trx, moved, names, now))], [], counting.news());
    await wakeLanes(
      trx,
      [...moved].flatMap((move) => wakeOf(move, now)),
    );
    // This call comes after the lanes of these runs were locked in order, because storing a parking may settle it
    // immediately, and settling wakes lanes too.
    await storeParked(ctx, trx, moved, now);
    await addCounts(trx, countsOf(moved));
    await addMarks(trx, marks);
    await ctx.fault?.(`before-${commit}-commit`);
    return { moved, handedOut, freed };
  });
  reportMoves(ctx, done.moved);
  if (done.moved.length > 0) ctx.relay.wake();
  hintMoves(
    ctx,
    done.moved.map(({ run }) => run.identity),
  );
  await wakeHeld(ctx, done.freed);
  await wakeFreed(ctx, lostSends(done.moved));
  await ctx.fault?.(`after-${commit}-commit`);
  return done.handedOut;
}

/**
 * Locks the contacts of runs that park or unpark, in one call and before any run. Thus a concurrent event of a contact
 * sees the parking, or the parking sees the event.
 */
async function lockWaiting(trx: Transaction<DB>, contested: readonly Work[], moves: readonly Move[]): Promise<void> {
  const parking = moves.filter(({ parked }) => parked !== undefined);
  await lockContacts(
    trx,
    [...contested, ...parking].flatMap(({ run }) => contactKeysOf(run.identity)),
  );
}

/**
 * Whether a transaction with an event may lock this run, together with other runs. Such runs must be locked in one
 * order, whereas the update of a batch locks in any order.
 */
function isShared(work: Work, definition: Definition | undefined, now: Date): boolean {
  return work.run.state.phase === 'parked' || (definition?.goals.length ?? 0) > 0 || isContested(work, now);
}

function partition<T>(all: readonly T[], isFirst: (one: T) => boolean): [T[], T[]] {
  return [all.filter(isFirst), all.filter((one) => !isFirst(one))];
}

async function definitionsOf(ctx: Context, works: readonly Work[]): Promise<Map<string, Definition>> {
  const definitions = new Map<string, Definition>();
  for (const { run } of works) {
    const { workflowId, version } = run.identity;
    const key = versionKey(run);
    if (!definitions.has(key)) definitions.set(key, await ctx.definitions.get(workflowId, version));
  }
  return definitions;
}

function versionKey({ identity }: ClaimedRun): string {
  return `${identity.workflowId}:${identity.version}`;
}

type LockedLanes = { now: Date; lanes: Map<bigint, { running: boolean; name: string }> };

/**
 * Locks lanes, so that a pause, archival or deletion of the workflow waits for this commit. Once that change is
 * committed, no run of the workflow moves.
 */
async function lockLanes(ctx: Context, trx: Transaction<DB>, works: readonly Work[]): Promise<LockedLanes> {
  const ids = [...new Set(works.map(({ run }) => run.identity.workflowId))];
  const { rows } = await sql<{ workflow_id: bigint; running: boolean; name: string; now: Date }>`
    select workflow_id, running and not ${isLaneSuspended} as running, name, ${ctx.dbNow} as now
    from lanes where workflow_id = any (${ids}::bigint[])
    order by workflow_id for key share`.execute(trx);
  const [first] = rows;
  if (first === undefined) throw new Error('claimed runs are of no lane');
  return { now: first.now, lanes: new Map(rows.map((row) => [row.workflow_id, row])) };
}
