import type { Hook } from '../deliverers.ts';
import type { DeliveryFact } from '../facts.ts';
import type { Evidence } from './evidence.ts';
import { committedEvents, isForWebhooks } from './published.ts';

const ends = ['delivered', 'exhausted', 'cancelled'];

/** Compares deliveries with the published events and the webhooks, and requests that arrived with the deliveries. */
export function checkDeliveries(evidence: Evidence): string[] {
  const { hooks, history, facts } = evidence;
  const committed = committedEvents(facts);
  const isDue = (id: string) => isForWebhooks(committed.get(id) ?? { type: '' });
  const byHook = Map.groupBy(facts.deliveries, (delivery) => delivery.webhook_id);
  return [
    ...hooks.flatMap((hook) => {
      const deliveries = byHook.get(hook.id) ?? [];
      const due = [...history.published].filter(([, organizationId]) => organizationId === hook.organizationId);
      return [
        ...checkEvents(hook, deliveries, new Set(due.map(([id]) => id).filter(isDue))),
        ...deliveries.flatMap((delivery) => checkDelivery(hook, delivery)),
      ];
    }),
    ...checkReceipts(evidence),
  ];
}

/** Checks that a webhook whose endpoint returned `gone` gets no more deliveries. */
function checkEvents({ path, isGone }: Hook, deliveries: readonly DeliveryFact[], due: ReadonlySet<string>): string[] {
  const made = new Set(deliveries.map(({ event_id }) => event_id));
  return [
    ...(made.size < deliveries.length ? [`${path} has two deliveries of one event`] : []),
    ...[...made]
      .filter((id) => !due.has(id))
      .map((id) => `${path} has a delivery of ${id}, which is none of its events`),
    ...(isGone ? [] : [...due].filter((id) => !made.has(id)).map((id) => `${path} has no delivery of ${id}`)),
  ];
}

function checkDelivery({ path, isGone }: Hook, delivery: DeliveryFact): string[] {
  const { event_id: id, status, attempts, numbers, is_queued: isQueued } = delivery;
  const isOver = ends.includes(status);
  const problems: string[] = [];
  if (isOver === isQueued) problems.push(`${id} at ${path} is ${status} and ${isQueued ? 'still' : 'not'} queued`);
  if (!isOver && !isGone) problems.push(`${id} at ${path} is ${status}`);
  if (numbers.length !== attempts || numbers.some((number, index) => number !== index + 1)) {
    problems.push(`${id} at ${path} has ${attempts} attempts, numbered ${numbers.join(', ')}`);
  }
  return problems;
}

/**
 * Checks that each request is signed, belongs to a delivery, and has the same bytes as earlier attempts of the
 * delivery. Also checks that each delivery that is marked as delivered did arrive.
 */
function checkReceipts({ hooks, history, facts }: Evidence): string[] {
  const problems: string[] = [];
  const bodies = new Map<string, string>();
  const wanted = new Set<string>();
  const paths = new Map(hooks.map(({ id, path }) => [id, path]));
  for (const { webhook_id, event_id } of facts.deliveries) wanted.add(`${paths.get(webhook_id)} ${event_id}`);
  for (const { path, id, body, problem } of history.hookReceipts) {
    const place = `${path} ${id}`;
    if (problem !== undefined) problems.push(`a request to ${place} is not signed: ${problem}`);
    if (!wanted.has(place)) problems.push(`a request came to ${place}, where no such delivery is`);
    if ((bodies.get(place) ?? body) !== body) problems.push(`a repeat to ${place} has another body`);
    bodies.set(place, body);
  }
  for (const { webhook_id, event_id, status } of facts.deliveries) {
    const place = `${paths.get(webhook_id)} ${event_id}`;
    if (status === 'delivered' && !bodies.has(place)) problems.push(`${place} is delivered and never came`);
  }
  return problems;
}
