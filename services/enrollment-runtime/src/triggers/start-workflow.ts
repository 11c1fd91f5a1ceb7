import { firstSeen } from '@drippulse/events';
import { stringifyJson } from '@drippulse/json';
import type { Context } from '../context.ts';
import { parseObject, readContact } from '../enrollments/contact.ts';
import { enroll } from '../enrollments/enroll.ts';
import { lockLane } from '../lanes/lock-lane.ts';
import type { Trigger } from './find-triggers.ts';

/** An event, and the JSON text of the contact it enrolls, with the event under `event`. */
export type StartingEvent = { id: string; name: string; hops: number; contact: string };

/**
 * Starts a workflow for each of the events that its trigger asks for and its filter lets in, once for each however often
 * an event comes. The trigger is that of the version which the lane, now locked, has.
 */
export async function startWorkflow(
  ctx: Context,
  { workflowId, organizationId }: Trigger,
  o: { group: string; events: readonly StartingEvent[] },
): Promise<void> {
  await ctx.db.kysely.transaction().execute(async (trx) => {
    const lane = await lockLane(trx, { workflowId, organizationId });
    if (lane?.state !== 'active') return;
    const { eventTrigger: trigger } = await ctx.definitions.get(workflowId, lane.version);
    if (trigger === undefined) return;
    const now = ctx.clock.now();
    const wanted = o.events.filter(
      (event) => event.name === trigger.eventName && trigger.accepts(filtered(event), now),
    );
    if (wanted.length === 0) return;
    // One batch may hold an event twice.
    const known = new Map(wanted.map((event) => [`${event.id}:${workflowId}`, event]));
    const fresh = await firstSeen(trx, o.group, [...known.keys()]);
    const starting = [...known].filter(([id]) => fresh.has(id)).map(([, event]) => event);
    for (const [hops, events] of Map.groupBy(starting, (event) => event.hops)) {
      const contacts = events.map(({ contact }) => readContact(contact));
      await enroll(ctx, trx, { lane, mode: 'live', hops, timezone: trigger.timezone, agentId: null, contacts });
    }
  });
}

/** What a filter sees: the contact's fields, the event, and of it the name and the properties at the top too. */
function filtered({ name, contact }: StartingEvent) {
  const data = parseObject(contact);
  const { properties = null } = parseObject(stringifyJson(data['event'] ?? null));
  return { ...data, event_name: name, properties };
}
