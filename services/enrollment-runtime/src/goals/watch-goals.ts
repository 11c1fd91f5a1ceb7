import {
  type CompiledGoal,
  contactKeyOf,
  type Definition,
  type GoalState,
  goalsOfEvent,
  type JsonObject,
  keyHash,
  turnUnits,
} from '@drippulse/engine';
import { createYielder } from '@drippulse/loops';
import type { Mode } from '@drippulse/rpc';
import { sql, type Transaction } from 'kysely';
import { contactKeysOf } from '../contacts/lock-contacts.ts';
import type { Context } from '../context.ts';
import type { DB } from '../db/schema.ts';
import { parseObject } from '../enrollments/contact.ts';
import type { Mark } from '../funnel/marks.ts';
import { addGoal, heldOut, type StepCounting, type StepsNews, startStepCounts } from '../funnel/step-counts.ts';
import type { Wake } from '../lanes/wake-lane.ts';
import { tracksOf } from '../runs/count-steps.ts';
import { letGoalsAct } from './let-goals-act.ts';
import type { Watched } from './watched.ts';

/**
 * Maximum number of enrollments whose goals one transaction checks, which bounds the length of the transaction.
 * Normally a contact has only a few enrollments.
 */
const mostWatched = 5_000;

/** An accepted event of a contact, in the form in which goals read it. */
export type GoalEvent = {
  id: string;
  organizationId: bigint;
  mode: Mode;
  name: string;
  /** Time of the event's acceptance. */
  at: Date;
  /** Keys of the contact, see `contactKeysOf`. They are locked. */
  keys: readonly string[];
  /** Returns the contact's fields, `event`, `event_name` and `properties`. */
  fields(): JsonObject;
};

/** An enrollment that watches the events of a contact. */
type WatchedRun = { workflowId: bigint; enrollmentId: bigint };

/**
 * Looks for goals that events meet, in the transaction that accepted the events. `watches` are the enrollments that
 * watch the events' contacts. Their runs are locked, so that no move happens in between. A goal that ends a run or
 * leads it elsewhere makes the run due, and the run acts on the goal when it moves. An event can meet goals only of
 * enrollments that existed before the event. Returns the work that must come last in the transaction: `wakeLanes` and
 * then `addMarks`, and `counted` for `appendNews`.
 */
export async function watchGoals(
  ctx: Context,
  trx: Transaction<DB>,
  accepted: readonly GoalEvent[],
  watches: readonly WatchedRun[],
): Promise<{ wakes: Wake[]; marks: Mark[]; counted: StepsNews[] }> {
  if (watches.length === 0) return { wakes: [], marks: [], counted: [] };
  const found = await readWatched(trx, watches);
  const yieldAfter = createYielder(turnUnits);
  const marks: Mark[] = [];
  const counting = startStepCounts();
  const acting: Parameters<typeof letGoalsAct>[2][number][] = [];
  for (const watched of found) {
    const definition = await ctx.definitions.get(watched.workflow_id, watched.version, trx);
    const state = goalStateOf(watched);
    const met: { goal: CompiledGoal; at: Date }[] = [];
    const { compilation } = definition;
    for (const event of eventsOf(watched, accepted)) {
      const before = compilation.work;
      const result = goalsOfEvent(definition.goals, {
        ...seenBy(watched, event),
        met: new Set([...state.met, ...namesOf(met)]),
      });
      met.push(...result.goals.map((goal) => ({ goal, at: event.at })));
      await yieldAfter(result.work + compilation.work - before);
    }
    if (met.length === 0) continue;
    const fresh = await storeMet(trx, watched, met);
    if (!watched.is_holdout) marks.push(...fresh.map((name) => markOf(watched, name)));
    const fresher = met.filter(({ goal }) => fresh.includes(goal.name));
    countGoals(counting, watched, { definition, met: fresher });
    const due = met.flatMap(({ goal }) => (goal.action === 'count' ? [] : [goal.index]));
    if (watched.ended_at !== null) continue;
    const at = met.at(-1)?.at ?? watched.created_at;
    const counted = met.filter(({ goal }) => goal.action === 'count' && fresh.includes(goal.name));
    const goals = { met: [...state.met, ...namesOf(met)], due: [...state.due, ...due] };
    acting.push({ watched, goals, counted, at });
  }
  return { wakes: await letGoalsAct(ctx, trx, acting), marks, counted: counting.news() };
}

/** Finds the enrollments that watch for one of the contacts. */
export async function findWatches(
  ctx: Context,
  trx: Transaction<DB>,
  accepted: readonly GoalEvent[],
): Promise<WatchedRun[]> {
  const asked = accepted.flatMap(({ organizationId, keys }) =>
    keys.map((key) => ({ organizationId, key: keyHash(key) })),
  );
  if (asked.length === 0) return [];
  const { rows } = await sql<WatchedRun>`
    select distinct watch.workflow_id as "workflowId", watch.enrollment_id as "enrollmentId"
    from unnest(${asked.map(({ organizationId }) => organizationId)}::bigint[], ${asked.map(({ key }) => key)}::bigint[])
      as asked (organization_id, contact_key)
    join goal_watches as watch using (organization_id, contact_key)
    where watch.expires_at is null or watch.expires_at >= ${accepted[0]?.at ?? new Date()}
    order by 1 desc, 2 desc limit ${mostWatched}`.execute(trx);
  if (rows.length === mostWatched)
    ctx.log.warn({ event_id: accepted[0]?.id }, 'an event is looked at for the newest enrollments alone');
  return rows;
}

async function readWatched(trx: Transaction<DB>, watches: readonly WatchedRun[]): Promise<Watched[]> {
  const listed = sql`unnest(
    ${watches.map(({ workflowId }) => workflowId)}::bigint[], ${watches.map(({ enrollmentId }) => enrollmentId)}::bigint[])
    as listed (workflow_id, enrollment_id)`;
  const { rows } = await sql<Watched>`
    select e.organization_id, e.workflow_id, e.id as enrollment_id, e.key, e.version, e.mode, e.timezone, e.email, e.lead_ref,
      e.is_holdout, e.created_at, outcomes.ended_at, coalesce(run_data.data, e.contact)::text as data,
      runs.goals::text as goals, coalesce(runs.variants, outcomes.variants)::text as variants,
      array(select goal from goals_met where workflow_id = e.workflow_id and enrollment_id = e.id order by met_at) as met
    from ${listed}
    join enrollments as e on e.workflow_id = listed.workflow_id and e.id = listed.enrollment_id
    left join runs on runs.workflow_id = e.workflow_id and runs.enrollment_id = e.id
    left join outcomes on outcomes.workflow_id = e.workflow_id and outcomes.enrollment_id = e.id
    left join run_data on run_data.enrollment_id = e.id
    where e.erased_at is null
    order by 2, 3`.execute(trx);
  return rows;
}

/** Returns the events of the enrollment's contact that happened after the enrollment's entry. */
function eventsOf(
  { organization_id, mode, email, lead_ref, created_at }: Watched,
  accepted: readonly GoalEvent[],
): GoalEvent[] {
  const own = new Set(contactKeysOf({ organizationId: organization_id, mode, email, leadRef: lead_ref }));
  return accepted.filter((event) => event.at > created_at && event.keys.some((key) => own.has(key)));
}

function goalStateOf({ goals, met }: Watched): GoalState {
  const stored: GoalState | undefined = goals === null ? undefined : JSON.parse(goals);
  return { met, due: stored?.due ?? [] };
}

function seenBy(watched: Watched, event: GoalEvent) {
  const { data, created_at, ended_at, timezone, email, lead_ref, key } = watched;
  const fields = event.fields();
  return {
    event: { name: event.name, contact: fields, properties: fields['properties'] ?? null },
    data: parseObject(data),
    at: event.at.getTime(),
    enteredAt: created_at.getTime(),
    ...(ended_at !== null && { endedAt: ended_at.getTime() }),
    timezone,
    contactKey: contactKeyOf({ lead_ref, email }, key),
  };
}

async function storeMet(
  trx: Transaction<DB>,
  watched: Watched,
  met: readonly { goal: CompiledGoal; at: Date }[],
): Promise<string[]> {
  const { workflow_id, enrollment_id } = watched;
  const rows = met.map(({ goal, at }) => ({ workflow_id, enrollment_id, goal: goal.name, met_at: at }));
  const inserted = await trx
    .insertInto('goals_met')
    .values(rows)
    .onConflict((conflict) => conflict.doNothing())
    .returning('goal')
    .execute();
  return inserted.map(({ goal }) => goal);
}

function markOf({ workflow_id: workflowId, mode }: Watched, name: string): Mark {
  return { workflowId, mode, kind: 'goal', name, by: 1 };
}

function countGoals(
  counting: StepCounting,
  { organization_id: organizationId, workflow_id: workflowId, created_at: createdAt, ...watched }: Watched,
  { definition, met }: { definition: Definition; met: readonly { goal: CompiledGoal; at: Date }[] },
): void {
  const { version, mode, variants } = watched;
  const cohort = { organizationId, workflowId, version, mode, createdAt };
  const tracks = watched.is_holdout
    ? [{ counts: counting.of(cohort, heldOut) }]
    : tracksOf(counting, cohort, { definition, variants });
  for (const { counts } of tracks) {
    for (const { goal, at } of met) addGoal(counts, goal.name, at.getTime() - createdAt.getTime());
  }
}

function namesOf(met: readonly { goal: CompiledGoal }[]): string[] {
  return met.map(({ goal }) => goal.name);
}
