import { sql } from 'kysely';
import type { Context } from '../context.ts';
import { askStripe } from '../stripe/ask.ts';
import { eventSchema, takeEvent } from './take-events.ts';

/** Maximum age of events in a sweep, in seconds, because Stripe lists only events of the last 30 days. */
const oldestSeconds = 30 * 24 * 3600;
/** A sweep rechecks the hour before the end of the previous sweep, because events may be listed late. */
const overlapSeconds = 3600;
/** Age in seconds from which a missing event counts as missed. A younger event may still be delivered. */
const patienceSeconds = 900;
/** A customer that was not fetched for this long is fetched, regardless of events. */
const fetchedAgainHours = 24;
const mostCustomers = 1000;

/**
 * Searches Stripe's list for events that were not delivered, and marks their customers. Also marks customers that were
 * not fetched for a day. Returns the number of missed events. A sweep may run twice or stop halfway, because recorded
 * events stay recorded.
 */
export async function sweep(ctx: Context, seenUntil: number): Promise<{ missed: number; seenUntil: number }> {
  const now = await nowSeconds(ctx);
  const from = Math.max(seenUntil - overlapSeconds, now - oldestSeconds);
  let missed = 0;
  await askStripe(ctx, async (client) => {
    for await (const listed of client.events.list({ created: { gte: from }, limit: 100 })) {
      const { data: event } = eventSchema.safeParse(listed);
      if (event === undefined) continue;
      const taken = await takeEvent(ctx, event, { bySweep: true });
      if (taken === 'taken' && event.created < now - patienceSeconds) missed += 1;
    }
  });
  if (missed > 0) ctx.metrics.hooksMissed(missed);
  await markOld(ctx);
  return { missed, seenUntil: now };
}

async function markOld(ctx: Context): Promise<void> {
  await sql`
    update customers
    set marks = marks + 1, due_at = ${ctx.dbNow},
      mark_source = case when marks = fetched_marks then 'sweep' else mark_source end
    where organization_id in (
      select organization_id from customers
      where stripe_customer_id is not null and fetched_at < ${ctx.dbNow} - ${fetchedAgainHours} * interval '1 hour'
      order by fetched_at limit ${mostCustomers})`.execute(ctx.db.kysely);
  ctx.wake.fetches();
}

async function nowSeconds(ctx: Context): Promise<number> {
  const { rows } = await sql<{ now: Date }>`select ${ctx.dbNow} as now`.execute(ctx.db.kysely);
  return Math.floor((rows[0]?.now ?? ctx.clock.now()).getTime() / 1000);
}
