import type { JsonObject } from '@drippulse/engine';
import type { Mode } from '@drippulse/rpc';
import { isMatch } from '../catalog/event-types.ts';
import { compileFilter } from '../webhooks/filter.ts';
import type { Match, Outgoing } from './enqueue.ts';

/** An event that customers may subscribe to. */
export type Event = {
  organizationId: bigint;
  /** The mode of the row that it is about. */
  mode: Mode;
  aggregate: string;
  type: string;
  outgoing(): Outgoing;
  /** The body as values, for filters. */
  fields(): JsonObject;
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
 * The deliveries of this event: to webhooks of its own mode. An event about an endpoint is never sent to that endpoint.
 */
export function matchesOf(event: Event, subscriptions: Subscriptions): Match[] {
  return matching(event, subscriptions).map(({ id, ordered }) => ({
    webhookId: id,
    organizationId: event.organizationId,
    event: event.outgoing(),
    ...(ordered && { orderKey: event.aggregate }),
  }));
}

/**
 * The events that match a subscription, in slices that make about `size` deliveries each, however many webhooks an event
 * goes to.
 */
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

function matching(event: Event, subscriptions: Subscriptions): Subscription[] {
  return (subscriptions.get(event.organizationId) ?? []).filter(
    ({ id, mode, event_types: patterns, filter }) =>
      mode === event.mode &&
      patterns.some((pattern) => isMatch(pattern, event.type)) &&
      event.aggregate !== `webhook:${id}` &&
      (filter === null || compileFilter(filter)(event.fields(), event.outgoing().at)),
  );
}
