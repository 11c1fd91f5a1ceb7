import { addUsage, type Used } from '@drippulse/entitlements';
import { sql, type Transaction } from 'kysely';
import { reportCuts } from '../chains/report-cut.ts';
import { lockContacts } from '../contacts/lock-contacts.ts';
import type { Context } from '../context.ts';
import type { DB } from '../db/schema.ts';
import { appendNews } from '../enrollments/events.ts';
import { addCounts } from '../funnel/counters.ts';
import { addMarks } from '../funnel/marks.ts';
import { findWatches, watchGoals } from '../goals/index.ts';
import { wakeLanes } from '../lanes/wake-lane.ts';
import { lockRuns } from '../runs/lock-runs.ts';
import { type Answering, storeAnswers } from './answers.ts';
import { type IncomingEvent, type ReadEvent, readEvent } from './event.ts';
import { findDuplicates } from './event-keys.ts';
import { chooseWaits, resumeWaits } from './resume-waits.ts';
import { addSpreading } from './spreading.ts';
import { startWorkflows } from './start-workflows.ts';
import { storeEvents } from './store-events.ts';

/**
 * Maximum number of hops. An event may start workflows whose steps lead to further events. After this many hops an
 * event starts nothing. This ends cycles, but also longer chains that are intended. The budget of a chain limits how
 * many enrollments and records all its hops together may lead to.
 */
export const longestChain = 5;

/**
 * The result for an event: its id, or the id of the first event with the same key if it is a duplicate. `isSpreading`
 * is true if further transactions continue the event.
 */
export type Acceptance = { id: string; isDuplicate: boolean; isSpreading: boolean };

/**
 * Accepts events in a transaction: stores them, resumes the enrollments that wait for them, and starts the workflows
 * that listen to them. All events are accepted with the same time, which is read while their contacts are locked. Call
 * it once in a transaction, before any run is locked, with at most some hundred events, and call `wakeForEvents` after
 * the commit. The results are in the order of the events.
 */
export async function acceptEvents(
  ctx: Context,
  trx: Transaction<DB>,
  incoming: readonly IncomingEvent[],
): Promise<Acceptance[]> {
  if (incoming.length === 0) return [];
  const read = incoming.map(readEvent);
  await lockContacts(
    trx,
    read.flatMap(({ keys }) => keys),
  );
  const at = await acceptanceTime(ctx, trx);
  const duplicates = await findDuplicates(trx, read, at);
  const events = read.filter(({ id }) => !duplicates.has(id));
  const spreading = events.length === 0 ? new Set<string>() : await spread(ctx, trx, events, at);
  for (const { source } of events) ctx.metrics.eventAccepted(source);
  return read.map(({ id }) => ({
    id: duplicates.get(id) ?? id,
    isDuplicate: duplicates.has(id),
    isSpreading: spreading.has(id),
  }));
}

/** Wakes the loops that continue accepted events. Call it after the commit. */
export function wakeForEvents(ctx: Context, acceptances: readonly Acceptance[]): void {
  ctx.relay.wake();
  ctx.wake.advance();
  if (acceptances.some(({ isSpreading }) => isSpreading)) ctx.wake.spreading();
}

/**
 * Returns the database time. It is read after the contacts are locked, so that an event that gets the locks later has
 * no earlier time.
 */
async function acceptanceTime(ctx: Context, trx: Transaction<DB>): Promise<Date> {
  const { rows } = await sql<{ at: Date }>`
    select date_trunc('milliseconds', ${ctx.dbNow} + (clock_timestamp() - now())) as at`.execute(trx);
  const [row] = rows;
  if (row === undefined) throw new Error('the database returned no time');
  return row.at;
}

/**
 * Stores the events, starts workflows and resumes runs. Returns the ids of the events that later transactions must
 * continue. First finds all runs that waits or goals move, and then locks them in one round: lanes before runs, as
 * moves do. Two rounds could deadlock with moves.
 */
async function spread(
  ctx: Context,
  trx: Transaction<DB>,
  events: readonly ReadEvent[],
  at: Date,
): Promise<ReadonlySet<string>> {
  await storeEvents(trx, events, at);
  await addUsage(trx, 'events', events.flatMap(usedBy), ctx.dbNow);
  const answering: Answering = new Map();
  const accepted = events.map((event) => ({ ...event, at }));
  const chosen = await chooseWaits(ctx, trx, events, { at });
  const watches = await findWatches(ctx, trx, accepted);
  const started = await startWorkflows(ctx, trx, await withinDepth(ctx, trx, events), answering, { at });
  await lockRuns(trx, [...chosen.waits, ...watches]);
  const resumed = await resumeWaits(trx, chosen.waits, answering, at);
  const goals = await watchGoals(ctx, trx, accepted, watches);
  await storeAnswers(trx, events, answering, { at, part: 0 });
  const spreading = await addSpreading(trx, { at, waits: chosen.rests, workflows: started.rests });
  await wakeLanes(trx, [...resumed.wakes, ...started.wakes, ...goals.wakes]);
  await addCounts(trx, started.counts);
  await addMarks(trx, [...started.marks, ...goals.marks]);
  await appendNews(trx, [], [], goals.counted);
  ctx.metrics.eventsMatched({ resumed: resumed.count, started: started.count });
  return new Set(spreading.map(({ id }) => id));
}

/** Returns the quota usage of an event. Events of the platform itself, such as changes of the CRM, use no quota. */
function usedBy({ source, mode, organizationId }: ReadEvent): Used[] {
  return source === 'api' && mode === 'live' ? [{ organizationId, amount: 1 }] : [];
}

/**
 * Returns the events that may start workflows. Reports the chains of the other events as cut, if a workflow listens to
 * them.
 */
async function withinDepth(ctx: Context, trx: Transaction<DB>, events: readonly ReadEvent[]): Promise<ReadEvent[]> {
  const tooDeep = events.filter(({ hops }) => hops > longestChain);
  if (tooDeep.length === 0) return [...events];
  const listened = await findListened(trx, tooDeep);
  await reportCuts(
    ctx,
    trx,
    tooDeep.flatMap((event) => {
      const { organizationId, link } = event;
      const workflowId = listened.get(event.id);
      return workflowId === undefined
        ? []
        : [{ organizationId, cause: link.cause, reason: 'depth' as const, workflowId }];
    }),
  );
  return events.filter(({ hops }) => hops <= longestChain);
}

/** Finds for each event, by its id, one workflow that listens to the event. */
async function findListened(trx: Transaction<DB>, events: readonly ReadEvent[]): Promise<Map<string, bigint>> {
  const { rows } = await sql<{ id: string; workflow_id: bigint }>`
    select asked.id, trigger.workflow_id
    from unnest(
      ${events.map(({ id }) => id)}::text[], ${events.map(({ organizationId }) => organizationId)}::bigint[],
      ${events.map(({ mode }) => mode)}::text[], ${events.map(({ name }) => name)}::text[]
    ) as asked (id, organization_id, mode, event_name)
    cross join lateral (
      select event_triggers.workflow_id from event_triggers
      join lanes on lanes.workflow_id = event_triggers.workflow_id and lanes.state = 'active'
      where event_triggers.organization_id = asked.organization_id and event_triggers.mode = asked.mode
        and event_triggers.event_name = asked.event_name
      order by event_triggers.workflow_id limit 1
    ) as trigger`.execute(trx);
  return new Map(rows.map((row) => [row.id, row.workflow_id]));
}
