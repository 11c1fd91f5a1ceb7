import { sql } from 'kysely';
import type { Context } from '../context.ts';
import { askStripe } from '../stripe/ask.ts';
import { eventSchema, takeEvent } from './take-events.ts';

/** Stripe lists events of the last 30 days. */
const oldestSeconds = 30 * 24 * 3600;
/** A sweep looks again at the last hour before the one before it: events may show late. */
const overlapSeconds = 3600;
/** An event that is younger may still come by itself, and is not missed. */
const patienceSeconds = 900;
/** A customer that was not fetched for so long is fetched, whatever events say. */
const fetchedAgainHours = 24;
const mostCustomers = 1000;

/**
 * Looks through Stripe's list of events for those that did not come, and marks their customers; and those that nobody
 * looked at for a day. Returns how many events were missed. It may run twice or stop half way: what was taken is taken.
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
