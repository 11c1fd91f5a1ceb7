import { sql } from 'kysely';
import type { Context } from '../context.ts';
import { monthlyMeters } from '../plans/meters.ts';
import { requireStripe } from '../stripe/account.ts';
import { type Failure, failureOf } from '../stripe/failures.ts';

/** Number of days for which usage can still be sent. Stripe's meters accept events that are up to 35 days old. */
export const oldestDays = 34;
const firstPauseMs = 30_000;
const longestPauseMs = 3_600_000;

type Hour = {
  organization_id: bigint;
  meter: string;
  hour: Date;
  quantity: bigint;
  sends: number;
  failures: number;
  stripe_customer_id: string | null;
  is_too_old: boolean;
};

/**
 * Sends Stripe the total of one due past hour. For each hour, Stripe's meter uses the last event. It accepts each
 * identifier once, so a repeat changes nothing, and a larger total replaces the previous one. Returns whether an hour
 * was due.
 */
export async function sendHour(ctx: Context): Promise<boolean> {
  const hour = await claimHour(ctx);
  if (hour === undefined) return false;
  const meter = monthlyMeters.find((each) => each === hour.meter);
  const rate = meter && ctx.config.plans.overage[meter];
  if (hour.is_too_old || hour.stripe_customer_id === null || rate === undefined) {
    const about = { organization_id: String(hour.organization_id), meter: hour.meter, hour: hour.hour };
    ctx.log.error(
      about,
      'what was used in an hour can be charged no more: it is too old, or customer or meter are gone',
    );
    await settle(ctx, hour);
    ctx.metrics.usageSent('abandoned');
    return true;
  }
  try {
    await send(ctx, hour, { customer: hour.stripe_customer_id, eventName: rate.eventName });
    await settle(ctx, hour);
    ctx.metrics.usageSent('sent');
  } catch (error) {
    const failure = failureOf(error);
    if (isThere(failure)) {
      await settle(ctx, hour);
      ctx.metrics.usageSent('sent');
      return true;
    }
    ctx.log.warn({ err: error, meter: hour.meter, hour: hour.hour }, 'the total of an hour could not be sent yet');
    await putOff(ctx, hour);
    ctx.metrics.usageSent('put_off');
  }
  return true;
}

async function claimHour(ctx: Context): Promise<Hour | undefined> {
  const { rows } = await sql<Hour>`
    update metered_hours set due_at = ${ctx.dbNow} + ${ctx.config.leaseMs} * interval '1 ms'
    where (organization_id, meter, hour) = (
      select organization_id, meter, hour from metered_hours
      where sent_quantity <> quantity and due_at <= ${ctx.dbNow}
      order by due_at limit 1 for update skip locked)
    returning organization_id, meter, hour, quantity, sends, failures,
      hour < ${ctx.dbNow} - ${oldestDays} * interval '1 day' as is_too_old,
      (select stripe_customer_id from customers where customers.organization_id = metered_hours.organization_id)`.execute(
    ctx.db.kysely,
  );
  return rows[0];
}

async function send(ctx: Context, hour: Hour, to: { customer: string; eventName: string }): Promise<void> {
  const client = await requireStripe(ctx).client();
  const seconds = hour.hour.getTime() / 1000;
  const identifier = `drippulse:${hour.organization_id}:${hour.meter}:${seconds}:${hour.quantity}:${hour.sends}`;
  await client.billing.meterEvents.create(
    {
      event_name: to.eventName,
      identifier,
      timestamp: seconds,
      payload: { stripe_customer_id: to.customer, value: String(hour.quantity) },
    },
    { idempotencyKey: identifier },
  );
}

/** Whether Stripe refused an event because it already has the event: the answer to an earlier attempt was lost. */
function isThere({ verdict, refusal }: Failure): boolean {
  return verdict === 'refused' && /already exists.*identifier/i.test(refusal.message);
}

/**
 * Records the sent total of an hour, even if the process took too long. If another process has sent a later total in
 * the meantime, this total has replaced the later one at Stripe, and the recorded difference makes the hour due again.
 */
async function settle(ctx: Context, { organization_id: organizationId, meter, hour, quantity }: Hour): Promise<void> {
  await sql`
    update metered_hours set sent_quantity = ${quantity}, sends = sends + 1, failures = 0, due_at = ${ctx.dbNow}
    where organization_id = ${organizationId} and meter = ${meter} and hour = ${hour}`.execute(ctx.db.kysely);
}

async function putOff(ctx: Context, { organization_id: organizationId, meter, hour, failures }: Hour): Promise<void> {
  const pauseMs = Math.min(firstPauseMs * 2 ** Math.min(failures, 10), longestPauseMs);
  await sql`
    update metered_hours set failures = failures + 1, due_at = ${ctx.dbNow} + ${pauseMs} * interval '1 ms'
    where organization_id = ${organizationId} and meter = ${meter} and hour = ${hour}`.execute(ctx.db.kysely);
}

/** Measures how long the oldest unsent hourly total has been ready to be sent. */
export async function measureUnsent({ db, dbNow, metrics }: Context): Promise<void> {
  const { rows } = await sql<{ seconds: number | null }>`
    select extract(epoch from ${dbNow} - min(hour) - interval '61 minutes')::float8 as seconds from metered_hours
    where sent_quantity <> quantity`.execute(db.kysely);
  metrics.oldestUnsentUsage(Math.max(0, rows[0]?.seconds ?? 0));
}
