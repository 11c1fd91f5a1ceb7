import { timestampDate } from '@bufbuild/protobuf/wkt';
import { firstSeen } from '@drippulse/events';
import type { CrmOpportunity } from '@drippulse/proto/drippulse/crm/v1/opportunities_pb';
import { AttributionTouch } from '@drippulse/proto/drippulse/enrollments/v1/attribution_pb';
import type { Context } from '../context.ts';
import { readContact } from '../enrollments/contact.ts';
import { appendNews, type EnrollmentNews } from '../enrollments/events.ts';
import { type CrmChange, crmGroup, personOfChange } from '../triggers/crm-change.ts';
import { type Asked, findTouches, type Touch } from './find-touch.ts';

/** Maximum number of concurrent requests to the CRM for contacts. */
const askedAtOnce = 10;

/** A won opportunity of a contact. `key` is the key by which the event is handled only once. */
type Won = { key: string; opportunity: CrmOpportunity; asked: Asked };

/**
 * Publishes which workflow last touched the person of each won opportunity, once for each event. The opportunities of a
 * batch share one transaction.
 */
export async function attributeWon(ctx: Context, changes: readonly CrmChange[]): Promise<void> {
  const all = await wonOf(ctx, changes);
  if (all.length === 0) return;
  const published = await ctx.db.kysely.transaction().execute(async (trx) => {
    const fresh = await firstSeen(
      trx,
      crmGroup,
      all.map(({ key }) => key),
    );
    const won = all.filter(({ key }) => fresh.has(key));
    const touches = await findTouches(
      trx,
      won.map(({ asked }) => asked),
    );
    const news = won.flatMap((one, place) => newsOf(one, touches[place]));
    await appendNews(trx, news);
    return news.length;
  });
  if (published > 0) ctx.relay.wake();
}

/** Returns the won opportunities of contacts. A batch may contain an event twice, so each event is kept once. */
async function wonOf(ctx: Context, changes: readonly CrmChange[]): Promise<Won[]> {
  const won: Won[] = [];
  for (let start = 0; start < changes.length; start += askedAtOnce) {
    const some = await Promise.all(changes.slice(start, start + askedAtOnce).map((change) => readWon(ctx, change)));
    won.push(...some.filter((one) => one !== undefined));
  }
  return [...new Map(won.map((one) => [one.key, one])).values()];
}

async function readWon(ctx: Context, change: CrmChange): Promise<Won | undefined> {
  const { id, organizationId, mode, payload } = change;
  if (payload.case !== 'opportunityWon') return undefined;
  const { contactId, closedAt } = payload.value;
  if (contactId === undefined) return undefined;
  const at = closedAt === undefined ? ctx.clock.now() : timestampDate(closedAt);
  const { contact } = await personOfChange(ctx, change, true);
  const { email, leadRef } = readContact(contact);
  const names = { email: email ?? undefined, refs: leadRef === null ? [contactId] : [contactId, leadRef] };
  return { key: `${id}.attributed`, opportunity: payload.value, asked: { organizationId, mode, names, at } };
}

function newsOf({ opportunity, asked }: Won, touch: Touch | undefined): EnrollmentNews[] {
  if (touch === undefined) return [];
  const { amountCents, currency } = opportunity;
  const { workflow_id: workflowId, enrollment_id: enrollmentId, version, step_id: stepId, kind } = touch;
  const value = {
    ...{ workflowId, version, stepId, touch: touches[kind] },
    ...(amountCents !== undefined && { amountCents, currency: currency ?? 'USD' }),
  };
  return [{ organizationId: asked.organizationId, enrollmentId, payload: { case: 'opportunityAttributed', value } }];
}

const touches = {
  click: AttributionTouch.CLICK,
  delivery: AttributionTouch.DELIVERY,
  entry: AttributionTouch.ENTRY,
} as const satisfies Record<Touch['kind'], AttributionTouch>;
