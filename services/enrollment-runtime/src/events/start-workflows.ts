import { turnUnits } from '@drippulse/engine';
import { createYielder, type Yielder } from '@drippulse/loops';
import type { Transaction } from 'kysely';
import type { Context } from '../context.ts';
import type { DB } from '../db/schema.ts';
import { type Entered, enterAll } from '../enrolling/enter-all.ts';
import type { Entrants } from '../enrolling/entrants.ts';
import type { Lane } from '../lanes/lane.ts';
import { findLanes, lockLanes } from '../lanes/lock-lanes.ts';
import { findTriggers, type Trigger } from '../triggers/find-triggers.ts';
import { type Answering, answersTo, noteNotStarted } from './answers.ts';
import { contactOf, type ReadEvent } from './event.ts';

/**
 * Number of filter decisions in one transaction, divided among its events. For each event name, at least `leastOfName`
 * and at most `mostOfName` workflows are visited.
 */
const decisionsAtOnce = 20_000;
const leastOfName = 50;
const mostOfName = 500;

/** The position at which an event continues, if more workflows listen to it than fit in one transaction. */
export type Rest = { event: ReadEvent; after: bigint };

export type Started = Pick<Entered, 'wakes' | 'counts' | 'marks'> & { rests: Rest[]; count: number };

/**
 * Starts the workflows that listen to these events and whose filters accept them. An event starts workflows of its own
 * mode. `at` is the time of entry.
 */
export async function startWorkflows(
  ctx: Context,
  trx: Transaction<DB>,
  events: readonly ReadEvent[],
  answering: Answering,
  { at, after = 0n }: { at: Date; after?: bigint },
): Promise<Started> {
  const perName = Math.ceil(decisionsAtOnce / Math.max(1, events.length));
  const most = Math.min(mostOfName, Math.max(leastOfName, perName));
  const triggers = await findTriggers(trx, events, { after, most });
  if (triggers.length === 0) return { wakes: [], counts: [], marks: [], rests: [], count: 0 };
  const byName = Map.groupBy(events, nameKey);
  const eventsOf = (trigger: Trigger) => byName.get(nameKey(trigger)) ?? [];
  const lanes = await findLanes(
    trx,
    triggers.map(({ workflowId }) => workflowId),
  );
  const yieldAfter = createYielder(turnUnits);
  const wanted = new Map<bigint, ReadEvent[]>();
  for (const trigger of triggers) {
    const lane = lanes.get(trigger.workflowId);
    const accepted =
      lane === undefined ? [] : await decide(ctx, trx, lane, eventsOf(trigger), { answering, yieldAfter, at });
    if (accepted.length > 0) wanted.set(trigger.workflowId, accepted);
  }
  const groups = await lockWanted(ctx, trx, lanes, wanted, { answering, yieldAfter, at });
  const { entries, wakes, counts, marks } = await enterAll(ctx, trx, groups);
  let count = 0;
  for (const [place, { lane, events: own }] of groups.entries()) {
    for (const [index, event] of own.entries()) {
      const entry = entries[place]?.[index];
      if (entry === undefined) continue;
      if (entry.decision === 'entered') {
        answersTo(answering, event).started.push([Number(lane.workflowId), Number(entry.id)]);
        count += 1;
      } else if (entry.decision === 'held') {
        const { id = 0n, until } = entry;
        answersTo(answering, event).held.push([Number(lane.workflowId), Number(id), until.toISOString()]);
      } else {
        const reason = entry.decision === 'refused' ? entry.reason : 'holdout';
        noteNotStarted(answering, event, lane.workflowId, reason);
      }
    }
  }
  return { wakes, counts, marks, rests: restsOf(triggers, byName, most), count };
}

type Deciding = { answering: Answering; yieldAfter: Yielder; at: Date };

/** Returns the events that the trigger of the lane's version accepts. */
async function decide(
  ctx: Context,
  trx: Transaction<DB>,
  lane: Lane,
  events: readonly ReadEvent[],
  { answering, yieldAfter, at }: Deciding,
): Promise<ReadEvent[]> {
  const { workflowId, version, state } = lane;
  if (state === 'paused') for (const event of events) noteNotStarted(answering, event, workflowId, 'paused');
  if (state !== 'active') return [];
  const { eventTrigger: trigger } = await ctx.definitions.get(workflowId, version, trx);
  if (trigger === undefined) return [];
  const accepted: ReadEvent[] = [];
  for (const event of events) {
    if (event.mode !== lane.mode || event.name !== trigger.eventName) continue;
    const { matches, isUndecided, work } = trigger.accepts(event.fields(), at);
    if (matches) accepted.push(event);
    else noteNotStarted(answering, event, workflowId, isUndecided ? 'undecided' : 'filter');
    if (isUndecided) reportUndecided(ctx, workflowId, event);
    await yieldAfter(work);
  }
  return accepted;
}

type Group = Entrants & { events: ReadEvent[] };

/**
 * Locks the lanes in a fixed order. If a workflow has changed after its trigger decided, the trigger of the new version
 * decides again.
 */
async function lockWanted(
  ctx: Context,
  trx: Transaction<DB>,
  known: ReadonlyMap<bigint, Lane>,
  wanted: ReadonlyMap<bigint, ReadEvent[]>,
  deciding: Deciding,
): Promise<Group[]> {
  const groups: Group[] = [];
  for (const lane of await lockLanes(trx, [...wanted.keys()])) {
    const before = known.get(lane.workflowId);
    const asked = wanted.get(lane.workflowId) ?? [];
    const isSame = before?.version === lane.version && before.state === lane.state;
    const events = isSame ? asked : await decide(ctx, trx, lane, asked, deciding);
    const { eventTrigger } = await ctx.definitions.get(lane.workflowId, lane.version, trx);
    for (const [hops, own] of Map.groupBy(events, (event) => event.hops)) {
      groups.push({
        lane,
        mode: lane.mode,
        hops,
        timezone: eventTrigger?.timezone ?? 'UTC',
        agentId: null,
        contacts: own.map(contactOf),
        links: own.map(({ link }) => link),
        at: deciding.at,
        events: own,
      });
    }
  }
  return groups;
}

function restsOf(triggers: readonly Trigger[], byName: ReadonlyMap<string, ReadEvent[]>, most: number): Rest[] {
  return [...Map.groupBy(triggers, nameKey)].flatMap(([key, own]) => {
    const last = own.at(-1);
    if (own.length < most || last === undefined) return [];
    return (byName.get(key) ?? []).map((event): Rest => ({ event, after: last.workflowId }));
  });
}

function nameKey(of: { organizationId: bigint; mode: string } & ({ name: string } | { eventName: string })): string {
  return `${of.organizationId} ${of.mode} ${'name' in of ? of.name : of.eventName}`;
}

/**
 * Reports an event about which the filter cannot decide. Such an event starts nothing, because a wrong start would send
 * mails.
 */
function reportUndecided(ctx: Context, workflowId: bigint, { id, name }: ReadEvent): void {
  const facts = { event_id: id, event: name, workflow_id: String(workflowId) };
  ctx.log.warn(facts, 'the filter of a trigger needs more work than a filter may do');
}
