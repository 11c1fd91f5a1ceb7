import type { Definition } from '@drippulse/engine';
import { createPace } from '@drippulse/loops';
import { sql, type Transaction } from 'kysely';
import type { Context } from '../context.ts';
import type { DB } from '../db/schema.ts';
import { appendNews } from '../enrollments/events.ts';
import { addCounts } from '../funnel/counters.ts';
import { wakeLanes } from '../lanes/wake-lane.ts';
import type { ClaimedRun, HandedOut, Work } from './claimed-run.ts';
import { countsOf } from './counts.ts';
import { endedNews } from './ended-news.ts';
import { type Move, moveOf, turnUnits } from './move.ts';
import { recordResults } from './record-results.ts';
import { reportBug, reportMoves } from './report-moves.ts';
import { storeData } from './store-data.ts';
import { storeIntents } from './store-intents.ts';
import { storeOutcomes } from './store-outcomes.ts';
import { storeRuns, wakeOf } from './store-runs.ts';
import { storeTimeline } from './store-timeline.ts';

/**
 * Moves claimed runs on and commits everything that follows in one transaction: results, states, timeline, intents,
 * events and counters. Only runs that still have the fence of their claim move. Results are recorded whatever the fence
 * is.
 */
export async function moveRuns(
  ctx: Context,
  works: readonly Work[],
  commit: 'moves' | 'results',
): Promise<HandedOut[]> {
  const definitions = await definitionsOf(ctx, works);
  const done = await ctx.db.kysely.transaction().execute(async (trx) => {
    const { now, lanes } = await lockLanes(ctx, trx, works);
    const moves: Move[] = [];
    const pace = createPace(turnUnits);
    for (const work of works) {
      const definition = definitions.get(versionKey(work.run));
      if (definition === undefined) continue;
      const isStopped = lanes.get(work.run.identity.workflowId)?.running !== true;
      const onBug = (error: unknown) => reportBug(ctx, work.run, error);
      const move = moveOf(work, definition, { now, isStopped, random: ctx.random(), onBug });
      moves.push(move);
      await pace(move.work);
    }
    const moved = await storeRuns(trx, moves, { now, leaseMs: ctx.config.leaseMs });
    const mailNews = await recordResults(trx, moves, moved, now);
    await storeTimeline(trx, moved, now);
    await storeData(trx, moved);
    const handedOut = await storeIntents(ctx, trx, moved, now);
    await storeOutcomes(trx, moved, now);
    const names = new Map([...lanes].map(([workflowId, lane]) => [workflowId, lane.name]));
    await appendNews(trx, [...mailNews, ...(await endedNews(trx, moved, names, now))]);
    await wakeLanes(
      trx,
      [...moved].flatMap((move) => wakeOf(move, now)),
    );
    await addCounts(trx, countsOf(moved));
    await ctx.fault?.(`before-${commit}-commit`);
    return { moved, handedOut };
  });
  reportMoves(ctx, done.moved);
  if (done.moved.length > 0) ctx.relay.wake();
  await ctx.fault?.(`after-${commit}-commit`);
  return done.handedOut;
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

/** Locks lanes: a pause, archive or deletion of the workflow waits for this commit, and no run moves after it. */
async function lockLanes(ctx: Context, trx: Transaction<DB>, works: readonly Work[]): Promise<LockedLanes> {
  const ids = [...new Set(works.map(({ run }) => run.identity.workflowId))];
  const { rows } = await sql<{ workflow_id: bigint; running: boolean; name: string; now: Date }>`
    select workflow_id, running, name, ${ctx.dbNow} as now
    from lanes where workflow_id = any (${ids}::bigint[])
    order by workflow_id for key share`.execute(trx);
  const [first] = rows;
  if (first === undefined) throw new Error('claimed runs are of no lane');
  return { now: first.now, lanes: new Map(rows.map((row) => [row.workflow_id, row])) };
}
