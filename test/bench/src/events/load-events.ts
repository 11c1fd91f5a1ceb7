/** Number of events in a batch. Blocks of this size are sent in turn as one batch and as single requests. */
export const batchSize = 100;

/** Names that workflows listen to. Enrollments wait only for the first two. */
export const names = ['order.paid', 'page.visited', ...Array.from({ length: 18 }, (_, index) => `other.${index}`)];

/**
 * Number of values of `segment` that filters accept, one for each workflow that listens to a name. All other values are
 * refused.
 */
export const segments = 10;
const noSegment = 99;

/** Returns the person of an event, who waits in two workflows. Every fourth event has a person without waits. */
function personOf(event: number): number | undefined {
  const kind = event % 4;
  return kind === 0 ? undefined : Math.floor(event / 4) * 3 + kind - 1;
}

/** Returns the number of enrollments that an event starts or resumes: zero to three. */
export function matchesOf(event: number): { resumed: number; started: number } {
  return [
    { resumed: 0, started: 0 },
    { resumed: 1, started: 0 },
    { resumed: 2, started: 0 },
    { resumed: 2, started: 1 },
  ][event % 4] as { resumed: number; started: number }; // the index is less than four, so an element exists
}

/** Returns the JSON text of an event. */
export function eventText(event: number): string {
  const kind = event % 4;
  const person = personOf(event);
  const name = kind === 0 ? names[2 + (event % 18)] : kind === 1 ? names[1] : names[0];
  const contact = { email: person === undefined ? `stranger${event}@example.com` : emailOf(person), plan: 'pro' };
  const segment = kind === 3 ? Math.floor(event / 4) % segments : noSegment;
  const properties = { order: orderOf(person ?? event), segment, amount: 40 + (event % 200), page: '/pricing' };
  return JSON.stringify({ name, contact, properties });
}

export function emailOf(person: number): string {
  return `person${person}@example.com`;
}

/** Returns the number of the order (purchase) for whose event a person waits. */
export function orderOf(person: number): string {
  return `A-${person}`;
}
