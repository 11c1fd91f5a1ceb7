import { firstSeen } from '@drippulse/events';
import { stringifyJson } from '@drippulse/json';
import { createPace } from '@drippulse/loops';
import type { Mode } from '@drippulse/rpc';
import type { Transaction } from 'kysely';
import type { Context } from '../context.ts';
import type { DB } from '../db/schema.ts';
import { enroll, type Link } from '../enrolling/enroll.ts';
import { parseObject } from '../enrollments/contact.ts';
import { lockLane } from '../lanes/lock-lane.ts';
import { turnUnits } from '../runs/move.ts';
import type { Trigger } from './find-triggers.ts';

/** An event of a record, with the JSON text of the contact to enroll, which has the event under `event`. */
export type StartingEvent = {
  id: string;
  name: string;
  mode: Mode;
  hops: number;
  link: Link;
  recordId: string;
  at: Date;
  contact: string;
};

/**
 * Starts a workflow for each event that its trigger names and its filter accepts, once per event however often it is
 * delivered. The trigger is that of the lane's version. The lane is locked. An event never starts a workflow of the other
 * mode.
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
    const wanted: StartingEvent[] = [];
    const pace = createPace(turnUnits);
    for (const event of o.events) {
      if (event.mode !== lane.mode || event.name !== trigger.eventName) continue;
      const { matches, isUndecided, work } = trigger.accepts(filtered(event), now);
      if (matches) wanted.push(event);
      if (isUndecided) reportUndecided(ctx, workflowId, event);
      await pace(work);
    }
    if (wanted.length === 0) return;
    // One batch may contain an event twice.
    const known = new Map(wanted.map((event) => [`${event.id}:${workflowId}`, event]));
    const fresh = await firstSeen(trx, o.group, [...known.keys()]);
    const erased = await findErased(trx, organizationId, wanted);
    const starting = [...known].flatMap(([id, event]) => (fresh.has(id) && !erased.has(event) ? [event] : []));
    for (const [hops, events] of Map.groupBy(starting, (event) => event.hops)) {
      const contacts = events.map(({ contact }) => contact);
      const links = events.map(({ link }) => link);
      const { mode } = lane;
      await enroll(ctx, trx, { lane, mode, hops, timezone: trigger.timezone, agentId: null, contacts, links });
    }
  });
}

/** A late event of a record that was erased meanwhile still contains personal data, and starts nothing. */
async function findErased(
  trx: Transaction<DB>,
  organizationId: bigint,
  events: readonly StartingEvent[],
): Promise<Set<StartingEvent>> {
  const rows = await trx
    .selectFrom('erased_records')
    .select(['record_id', 'erased_at'])
    .where('organization_id', '=', organizationId)
    .where(
      'record_id',
      'in',
      events.map(({ recordId }) => recordId),
    )
    .execute();
  const erased = new Map(rows.map((row) => [row.record_id, row.erased_at]));
  return new Set(events.filter(({ recordId, at }) => at <= (erased.get(recordId) ?? new Date(0))));
}

/** An event that its filter can't decide about starts nothing: a wrong start would send mails. */
function reportUndecided(ctx: Context, workflowId: bigint, { id, name }: StartingEvent): void {
  const facts = { event_id: id, event: name, workflow_id: String(workflowId) };
  ctx.log.warn(facts, 'the filter of a trigger needs more work than a filter may do');
}

/** The fields that a filter sees: the contact, the event, and the event's name and properties at the top. */
function filtered({ name, contact }: StartingEvent) {
  const data = parseObject(contact);
  const { properties = null } = parseObject(stringifyJson(data['event'] ?? null));
  return { ...data, event_name: name, properties };
}
