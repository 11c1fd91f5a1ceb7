import { sql, type Transaction } from 'kysely';
import type { Context } from '../context.ts';
import type { DB } from '../db/schema.ts';
import type { Matches } from '../definitions/matches.ts';
import type { Settlement } from '../parking/settle-parked.ts';
import type { OpenedParking } from '../parkings.ts';
import { settlementOf } from './resume-waits.ts';
import { eventOf, type StoredEvent, storedEvent } from './store-events.ts';

/** A run that waits for events. */
export type EventWait = {
  parked: OpenedParking;
  events: { name: string; match: string | null; exit: string; place: number }[];
  digests: string[];
  looksBack: boolean;
};

/** Maximum number of events per contact and name in one read. Few contacts have more events since their entry. */
const pageEvents = 50;

/**
 * An event name that an enrollment waits for, a key of its contact, and the position in the log of the last event read.
 */
type Search = { wait: EventWait; name: string; digest: string; after: { at: Date; id: string } };

type Found = StoredEvent & { index: number };

/**
 * Settles waits whose event arrived after the entry of the enrollment and before the step. The contacts are locked, so
 * an event is either found here or finds the wait. The earliest event wins. If several events have the same time, the
 * event that the step lists first wins. An event moves an enrollment at most once, so events that started the
 * enrollment or ended an earlier wait of it are ignored.
 */
export async function lookBack(
  { matches, turns }: Pick<Context, 'matches' | 'turns'>,
  trx: Transaction<DB>,
  waits: readonly EventWait[],
  now: Date,
): Promise<Settlement[]> {
  let searches = waits.flatMap((wait) =>
    wait.digests.flatMap((digest) =>
      wait.events.map(({ name }): Search => ({ wait, name, digest, after: { at: wait.parked.enteredAt, id: '' } })),
    ),
  );
  const candidates = new Map<EventWait, Map<string, StoredEvent>>();
  while (searches.length > 0) {
    const page = await readPage(trx, searches);
    for (const found of page) {
      const wait = searches[found.index]?.wait;
      if (wait === undefined) continue;
      const known = candidates.get(wait) ?? new Map<string, StoredEvent>();
      candidates.set(wait, known.set(found.id, found));
    }
    searches = unread(searches, page);
  }
  if (candidates.size === 0) return [];
  const spent = await findSpent(trx, [...candidates.keys()]);
  const decisions = [...candidates].map(([wait, events]) => {
    const ofEnrollment = spent.get(wait.parked.enrollmentId);
    return { wait, events: [...events.values()].filter(({ id }) => ofEnrollment?.has(id) !== true) };
  });
  const settlements: Settlement[] = [];
  for (const [organizationId, own] of Map.groupBy(decisions, ({ wait }) => wait.parked.organizationId)) {
    settlements.push(...(await turns.run(String(organizationId), decideInTurns(matches, own, now))));
  }
  return settlements;
}

/** A wait, and the events that arrived before the wait existed. */
type Decision = { wait: EventWait; events: readonly StoredEvent[] };

/** Decides in turns, because a wait may have twenty rules, each of which may do much work for each of fifty events. */
function* decideInTurns(matches: Matches, decisions: readonly Decision[], now: Date): Generator<number, Settlement[]> {
  const settlements: Settlement[] = [];
  for (const { wait, events } of decisions) {
    const settlement = yield* earliest(matches, wait, events, now);
    if (settlement !== undefined) settlements.push(settlement);
  }
  return settlements;
}

/** Returns the searches that may have further events after the last one read. */
function unread(searches: readonly Search[], page: readonly Found[]): Search[] {
  const byIndex = Map.groupBy(page, ({ index }) => index);
  return searches.flatMap((search, index) => {
    const own = byIndex.get(index) ?? [];
    const last = own.at(-1);
    return own.length < pageEvents || last === undefined
      ? []
      : [{ ...search, after: { at: last.accepted_at, id: last.id } }];
  });
}

async function readPage(trx: Transaction<DB>, searches: readonly Search[]): Promise<Found[]> {
  const { rows } = await sql<Found>`
    select asked.index, ${storedEvent}
    from unnest(
      ${searches.map((_, index) => index)}::int[],
      ${searches.map(({ wait }) => wait.parked.organizationId)}::bigint[], ${searches.map(({ digest }) => digest)}::uuid[],
      ${searches.map(({ name }) => name)}::text[], ${searches.map(({ after }) => after.at)}::timestamptz[],
      ${searches.map(({ after }) => after.id)}::text[]
    ) as asked (index, organization_id, contact_key, event_name, after_at, after_id)
    cross join lateral (
      select event_id, accepted_at from event_contacts
      where organization_id = asked.organization_id and contact_key = asked.contact_key
        and event_name = asked.event_name and accepted_at >= asked.after_at
        and (accepted_at, event_id) > (asked.after_at, asked.after_id)
      order by accepted_at, event_id limit ${pageEvents}
    ) as contact
    cross join lateral (
      select * from events
      where organization_id = asked.organization_id and id = contact.event_id and accepted_at = contact.accepted_at
      limit 1
    ) as event
    order by asked.index, event.accepted_at, event.id`.execute(trx);
  return rows;
}

/** Finds the events that started enrollments or ended their earlier waits, by enrollment. */
async function findSpent(trx: Transaction<DB>, waits: readonly EventWait[]): Promise<Map<bigint, Set<string>>> {
  const ids = waits.map(({ parked }) => parked.enrollmentId);
  const { rows } = await sql<{ enrollment_id: bigint; event_id: string }>`
    select asked.enrollment_id, spent.event_id
    from unnest(${waits.map(({ parked }) => parked.workflowId)}::bigint[], ${ids}::bigint[])
      as asked (workflow_id, enrollment_id)
    cross join lateral (
      select contact #>> '{event,id}' as event_id from enrollments
      where workflow_id = asked.workflow_id and id = asked.enrollment_id
      union all
      select result #>> '{output,event,id}' from effects
      where enrollment_id = asked.enrollment_id and kind = 'wait_for_event' and result is not null
    ) as spent
    where spent.event_id is not null`.execute(trx);
  const spent = new Map<bigint, Set<string>>();
  for (const row of rows) spent.set(row.enrollment_id, (spent.get(row.enrollment_id) ?? new Set()).add(row.event_id));
  return spent;
}

function* earliest(
  matches: Matches,
  { parked, events }: EventWait,
  found: readonly StoredEvent[],
  now: Date,
): Generator<number, Settlement | undefined> {
  const sorted = found.toSorted((a, b) => a.accepted_at.getTime() - b.accepted_at.getTime());
  for (const [, instant] of Map.groupBy(sorted, ({ accepted_at: at }) => at.getTime())) {
    for (const { name, match, exit } of events) {
      for (const row of instant) {
        const event = eventOf(row);
        if (row.name !== name) continue;
        const { matches: isMatch, work } = matches.isMatch(match, event, row.accepted_at);
        yield work;
        if (!isMatch) continue;
        const wait = {
          workflow_id: parked.workflowId,
          enrollment_id: parked.enrollmentId,
          effect_key: parked.key,
          exit,
        };
        return settlementOf(wait, event, now);
      }
    }
  }
  return undefined;
}
