import type { HandlerContext } from '@connectrpc/connect';
import { DomainError } from '@drippulse/errors';
import type { ReceiveStripeEventRequest } from '@drippulse/proto/drippulse/billing/v1/stripe_pb';
import { sql } from 'kysely';
import type { Context } from '../context.ts';
import { eventSchema, type StripeEvent, takeEvent } from '../hooks/take-events.ts';
import { verifyStripe } from '../hooks/verify.ts';

/** Accepts an event of Stripe. The signature covers the bytes as received, and is checked before they are parsed. */
export async function receiveStripeEvent(ctx: Context, request: ReceiveStripeEventRequest, call: HandlerContext) {
  const { hookSecrets } = ctx.config;
  if (ctx.stripe === undefined || hookSecrets.length === 0) {
    const message = 'This installation has no Stripe key, or no secret for its events.';
    throw new DomainError('unavailable', 'billing_not_configured', message, { retryAfterSeconds: 3600 });
  }
  const body = request.body?.data ?? new Uint8Array();
  const header = call.requestHeader.get('stripe-signature') ?? '';
  try {
    verifyStripe(hookSecrets, { header, body }, await signedNow(ctx));
  } catch (error) {
    ctx.metrics.hookReceived('refused');
    throw error;
  }
  const taken = await takeEvent(ctx, readEvent(body, ctx.stripe.isLive), { bySweep: false });
  ctx.metrics.hookReceived(taken);
  return { duplicate: taken === 'duplicate' };
}

/** Returns the time of the database, so that all processes judge the age of a signature alike. */
async function signedNow(ctx: Context): Promise<Date> {
  const { rows } = await sql<{ now: Date }>`select ${ctx.dbNow} as now`.execute(ctx.db.kysely);
  return rows[0]?.now ?? ctx.clock.now();
}

function readEvent(body: Uint8Array, isLive: boolean): StripeEvent {
  const { data: event } = eventSchema.safeParse(parse(body));
  if (event !== undefined && event.livemode === isLive) return event;
  const message = 'This is not a Stripe event, or it is an event of the other mode (live or test).';
  throw new DomainError('malformed', 'foreign_stripe_event', message);
}

function parse(body: Uint8Array): unknown {
  try {
    return JSON.parse(Buffer.from(body).toString());
  } catch {
    return undefined;
  }
}
