import { setImmediate as giveWay } from 'node:timers/promises';
import { timestampDate } from '@bufbuild/protobuf/wkt';
import { type Consumer, firstSeen, startConsumer, topicOf } from '@drippulse/events';
import { CrmEventSchema } from '@drippulse/proto/drippulse/crm/v1/events_pb';
import type { Transaction } from 'kysely';
import { attributeWon } from '../attribution/attribute-won.ts';
import type { Context } from '../context.ts';
import type { DB } from '../db/schema.ts';
import { acceptEvents, type IncomingEvent, wakeForEvents } from '../events/index.ts';
import { type CrmChange, crmGroup, personOfChange, propertiesOf, readChange } from '../triggers/crm-change.ts';
import { findListened, nameKeyOf } from '../triggers/find-triggers.ts';

/** Maximum number of events in one transaction. */
const sliceEvents = 200;
/** Maximum number of concurrent requests to the CRM for contacts. */
const askedAtOnce = 10;

/**
 * Accepts every change in the CRM as an event of the person concerned. A change that is delivered several times is
 * accepted once. Attributes opportunities that were won.
 */
export function consumeCrm(ctx: Context): Promise<Consumer> {
  return startConsumer({
    transport: ctx.events,
    topic: topicOf(CrmEventSchema),
    group: crmGroup,
    db: ctx.db,
    log: ctx.log,
    metrics: ctx.registry,
    async handle(batch) {
      const changes = batch.map(readChange).filter((change) => change !== undefined);
      for (let start = 0; start < changes.length; start += sliceEvents) {
        const slice = changes.slice(start, start + sliceEvents);
        await accept(ctx, slice);
        await attributeWon(ctx, slice);
        await giveWay();
      }
    },
  });
}

async function accept(ctx: Context, changes: readonly CrmChange[]): Promise<void> {
  const events = await withPeople(ctx, changes);
  const acceptances = await ctx.db.kysely.transaction().execute(async (trx) => {
    const ids = events.map(({ event }) => event.id);
    const fresh = await firstSeen(trx, crmGroup, [...new Set(ids)]);
    // A batch may contain an event twice.
    const own = [...new Map(events.map((one) => [one.event.id, one])).values()].filter(({ event }) =>
      fresh.has(event.id),
    );
    const erased = await findErased(trx, own);
    return acceptEvents(
      ctx,
      trx,
      own.filter((one) => !erased.has(one)).map(({ event }) => event),
    );
  });
  wakeForEvents(ctx, acceptances);
}

type PersonsEvent = { event: IncomingEvent; recordId: string };

async function withPeople(ctx: Context, changes: readonly CrmChange[]): Promise<PersonsEvent[]> {
  const listened = await findListened(ctx.db.kysely, changes);
  const events: PersonsEvent[] = [];
  for (let start = 0; start < changes.length; start += askedAtOnce) {
    const slice = changes.slice(start, start + askedAtOnce);
    const people = await Promise.all(
      slice.map((change) => personOfChange(ctx, change, listened.has(nameKeyOf(change)))),
    );
    for (const [index, change] of slice.entries()) {
      const { id, name, organizationId, mode, hops, link, time, payload, record } = change;
      const { contact, refs } = people[index] ?? { contact: '{}', refs: [] };
      const occurredAt = time === undefined ? ctx.clock.now() : timestampDate(time);
      const properties = propertiesOf(payload);
      const event = {
        id,
        name,
        organizationId,
        mode,
        hops,
        link,
        occurredAt,
        contact,
        refs,
        properties,
        source: 'crm' as const,
      };
      events.push({ event, recordId: record.id });
    }
  }
  return events;
}

/**
 * Returns the late events of records that were erased in the meantime. Such an event still contains personal data and
 * is not accepted.
 */
async function findErased(trx: Transaction<DB>, events: readonly PersonsEvent[]): Promise<Set<PersonsEvent>> {
  if (events.length === 0) return new Set();
  const rows = await trx
    .selectFrom('erased_records')
    .select(['organization_id', 'record_id', 'erased_at'])
    .where(
      'organization_id',
      'in',
      events.map(({ event }) => event.organizationId),
    )
    .where(
      'record_id',
      'in',
      events.map(({ recordId }) => recordId),
    )
    .execute();
  const erased = new Map(rows.map((row) => [`${row.organization_id} ${row.record_id}`, row.erased_at]));
  return new Set(
    events.filter(
      ({ event, recordId }) => event.occurredAt <= (erased.get(`${event.organizationId} ${recordId}`) ?? new Date(0)),
    ),
  );
}
