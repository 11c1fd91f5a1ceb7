import { turnUnits, type Verdict } from '@drippulse/engine';
import { createYielder } from '@drippulse/loops';
import type { Mode } from '@drippulse/rpc';
import { isMatch } from '../catalog/event-types.ts';
import type { Match, Outgoing } from './enqueue.ts';

/** An event that customers may subscribe to. */
export type Event = {
  organizationId: bigint;
  /** The mode of the row that the event is about. */
  mode: Mode;
  aggregate: string;
  type: string;
  outgoing(): Outgoing;
  /** Returns the decision of a filter about the event. Each decision is made once. */
  decide(filter: string): Verdict;
};

/** The columns of an active webhook that decide which events it gets. */
export type Subscription = {
  id: bigint;
  organization_id: bigint;
  mode: string;
  event_types: string[];
  filter: string | null;
  ordered: boolean;
};

/** The active webhooks of each organization. */
export type Subscriptions = ReadonlyMap<bigint, readonly Subscription[]>;

/**
 * Returns the deliveries of this event to webhooks of its own mode. An event about an endpoint is never sent to that
 * endpoint.
 */
export function matchesOf(event: Event, subscriptions: Subscriptions): Match[] {
  return matching(event, subscriptions).map(({ id, ordered }) => ({
    webhookId: id,
    organizationId: event.organizationId,
    event: event.outgoing(),
    ...(ordered && { orderKey: event.aggregate }),
  }));
}

/** Yields the events that match a subscription, in slices of about `size` deliveries, for any number of webhooks. */
export function* slicesOf(events: readonly Event[], subscriptions: Subscriptions, size: number): Generator<Event[]> {
  let slice: Event[] = [];
  let matches = 0;
  for (const event of events) {
    const count = matching(event, subscriptions).length;
    if (count === 0) continue;
    slice.push(event);
    matches += count;
    if (matches < size) continue;
    yield slice;
    slice = [];
    matches = 0;
  }
  if (slice.length > 0) yield slice;
}

/**
 * Makes the decisions of all filters about these events, and lets other work run in between. Reports the webhooks whose
 * filter makes no decision.
 */
export async function decideAll(
  events: readonly Event[],
  subscriptions: Subscriptions,
  report: (event: Event, webhookIds: readonly bigint[]) => void,
): Promise<void> {
  const yieldAfter = createYielder(turnUnits);
  for (const event of events) {
    const undecided: bigint[] = [];
    for (const { id, filter } of subscribed(event, subscriptions)) {
      if (filter === null) continue;
      const { isUndecided, work } = event.decide(filter);
      if (isUndecided) undecided.push(id);
      await yieldAfter(work);
    }
    if (undecided.length > 0) report(event, undecided);
  }
}

/**
 * Returns the subscriptions that an event matches. If a filter cannot decide about an event, the event is delivered,
 * because the receiver can ignore it but could not get it otherwise.
 */
function matching(event: Event, subscriptions: Subscriptions): Subscription[] {
  return subscribed(event, subscriptions).filter(({ filter }) => {
    if (filter === null) return true;
    const { matches, isUndecided } = event.decide(filter);
    return matches || isUndecided;
  });
}

/** Returns the subscriptions to events of this type. */
function subscribed(event: Event, subscriptions: Subscriptions): Subscription[] {
  return (subscriptions.get(event.organizationId) ?? []).filter(
    ({ id, mode, event_types: patterns }) =>
      mode === event.mode &&
      patterns.some((pattern) => isMatch(pattern, event.type)) &&
      event.aggregate !== `webhook:${id}`,
  );
}
