import { retryConflicts } from '@drippulse/db';
import { sql, type Transaction } from 'kysely';
import { lockContacts } from '../contacts/lock-contacts.ts';
import type { Context } from '../context.ts';
import type { DB } from '../db/schema.ts';
import { addCounts } from '../funnel/counters.ts';
import { addMarks } from '../funnel/marks.ts';
import { wakeLanes } from '../lanes/wake-lane.ts';
import { isPostponed, postponing } from '../postponements/index.ts';
import { lockRuns } from '../runs/lock-runs.ts';
import { type Answering, storeAnswers } from './answers.ts';
import type { ReadEvent } from './event.ts';
import { chooseWaits, resumeWaits, type Rest as WaitsRest } from './resume-waits.ts';
import { startWorkflows, type Rest as WorkflowsRest } from './start-workflows.ts';
import { eventOf, type StoredEvent, storedEvent } from './store-events.ts';

/** Stores the events that have more waits or more listening workflows than fit in one transaction, and returns them. */
export async function addSpreading(
  trx: Transaction<DB>,
  { at, waits, workflows }: { at: Date; waits: readonly WaitsRest[]; workflows: readonly WorkflowsRest[] },
): Promise<readonly ReadEvent[]> {
  const afterEnrollment = new Map(waits.map(({ event, after }) => [event, after]));
  const afterWorkflow = new Map(workflows.map(({ event, after }) => [event, after]));
  const events = [...new Set([...afterEnrollment.keys(), ...afterWorkflow.keys()])];
  if (events.length === 0) return [];
  await trx
    .insertInto('spreading_events')
    .values(
      events.map((event) => ({
        organization_id: event.organizationId,
        mode: event.mode,
        event_id: event.id,
        accepted_at: at,
        after_workflow_id: afterWorkflow.get(event) ?? null,
        after_enrollment_id: afterEnrollment.get(event) ?? null,
        parts: 1,
      })),
    )
    .execute();
  return events;
}

type Spreading = { after_workflow_id: bigint | null; after_enrollment_id: bigint | null; parts: number };
type Taken = Spreading & { organization_id: bigint; event_id: string; event: StoredEvent | undefined };

/**
 * Continues the oldest spreading event, for one transaction. Several processes continue different events. An event that
 * cannot continue is postponed and delays no other event. Returns whether there was a spreading event.
 */
export async function spreadSlice(ctx: Context): Promise<boolean> {
  return postponing(ctx, 'spread_event', {
    run: (named) => retryConflicts(() => spreadNext(ctx, named)),
    otherwise: true,
  });
}

async function spreadNext(ctx: Context, named: (item: string) => void): Promise<boolean> {
  return ctx.db.kysely.transaction().execute(async (trx) => {
    const taken = await takeOldest(ctx, trx);
    if (taken === undefined) return false;
    named(taken.event_id);
    // The event no longer exists, because the log keeps events only for a limited time.
    if (taken.event === undefined) await store(trx, taken, { waits: null, workflows: null });
    else await spreadPart(ctx, trx, taken, taken.event);
    return true;
  });
}

async function spreadPart(ctx: Context, trx: Transaction<DB>, taken: Taken, row: StoredEvent): Promise<void> {
  const { accepted_at: at } = row;
  const event = eventOf(row);
  // An erased event starts and resumes nothing more.
  const isErased = row.erased_at !== null;
  await lockContacts(trx, isErased ? [] : event.keys);
  const answering: Answering = new Map();
  const { after_enrollment_id: afterEnrollment, after_workflow_id: afterWorkflow } = taken;
  const chosen =
    afterEnrollment === null || isErased
      ? undefined
      : await chooseWaits(ctx, trx, [event], { at, after: afterEnrollment });
  const started =
    afterWorkflow === null || isErased
      ? undefined
      : await startWorkflows(ctx, trx, [event], answering, { at, after: afterWorkflow });
  await lockRuns(trx, chosen?.waits ?? []);
  const resumed = await resumeWaits(trx, chosen?.waits ?? [], answering, at);
  await storeAnswers(trx, [event], answering, { at, part: taken.parts });
  await store(trx, taken, {
    waits: chosen?.rests[0]?.after ?? null,
    workflows: started?.rests[0]?.after ?? null,
  });
  await wakeLanes(trx, [...resumed.wakes, ...(started?.wakes ?? [])]);
  await addCounts(trx, started?.counts ?? []);
  await addMarks(trx, started?.marks ?? []);
  ctx.metrics.eventsMatched({ resumed: resumed.count, started: started?.count ?? 0 });
}

/** Stores the position at which the event continues. Deletes the row when the event has no wait or workflow left. */
async function store(
  trx: Transaction<DB>,
  { organization_id: organizationId, event_id: id, parts }: Taken,
  { waits, workflows }: { waits: bigint | null; workflows: bigint | null },
): Promise<void> {
  const own = sql`organization_id = ${organizationId} and event_id = ${id}`;
  await (waits === null && workflows === null
    ? sql`delete from spreading_events where ${own}`
    : sql`
        update spreading_events
        set after_enrollment_id = ${waits}, after_workflow_id = ${workflows}, parts = ${parts + 1} where ${own}`
  ).execute(trx);
}

async function takeOldest(ctx: Context, trx: Transaction<DB>): Promise<Taken | undefined> {
  const { rows: oldest } = await sql<Omit<Taken, 'event'> & { accepted_at: Date }>`
    select organization_id, event_id, accepted_at, after_workflow_id, after_enrollment_id, parts from spreading_events
    where not ${isPostponed(ctx, 'spread_event', sql`event_id`)}
    order by accepted_at limit 1 for update skip locked`.execute(trx);
  const [row] = oldest;
  if (row === undefined) return undefined;
  const { rows: events } = await sql<StoredEvent>`
    select ${storedEvent} from events as event
    where event.organization_id = ${row.organization_id} and event.id = ${row.event_id}
      and event.accepted_at = ${row.accepted_at}`.execute(trx);
  return { ...row, event: events[0] };
}
