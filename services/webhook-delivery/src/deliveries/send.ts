import { performance } from 'node:perf_hooks';
import { HttpFailure } from '@drippulse/http';
import { startStep } from '@drippulse/observability';
import type { Context } from '../context.ts';
import { openHeaders } from '../webhooks/headers.ts';
import { openSecrets } from '../webhooks/secrets.ts';
import { signatures } from '../webhooks/sign.ts';
import type { Claimed } from './claim.ts';
import { leaseMs } from './lease.ts';
import { redact } from './redact.ts';

const totalTimeoutMs = 15_000;
/** What of the lease must be left to start with: the attempt, and time to record its result. */
const neededMs = totalTimeoutMs + 5_000;

/** What came of one attempt; `error` is its reason code, undefined for a success. */
export type Attempt = {
  at: Date;
  durationMs: number;
  statusCode?: number;
  error?: string;
  retryAfter?: string;
  /** What the answer asks for beyond its status, in the header `webhook-delivery`. */
  asks?: 'disable' | 'abort';
  excerpt?: string;
};

/** Sends a delivery once. Undefined when nothing is known of it: this process stops, or came too late for its lease. */
export async function send(ctx: Context, delivery: Claimed, signal: AbortSignal): Promise<Attempt | undefined> {
  if (performance.now() - delivery.claimedAt > leaseMs - neededMs) return undefined;
  const at = ctx.clock.now();
  try {
    const own = openHeaders(ctx.sealer, delivery.lane.webhookId, delivery.sealedHeaders);
    const answer = await traced(delivery.traceparent, () =>
      ctx.http.request({
        url: delivery.url,
        method: 'POST',
        headers: { ...own, ...headersOf(ctx, delivery, at) },
        body: delivery.body,
        totalTimeoutMs,
        signal,
      }),
    );
    const isSuccess = answer.statusCode >= 200 && answer.statusCode < 300;
    return {
      at,
      durationMs: answer.durationMs,
      statusCode: answer.statusCode,
      error: isSuccess ? undefined : 'http_error',
      retryAfter: answer.headers['retry-after'],
      asks: readAsked(answer.headers['webhook-delivery']),
      excerpt: redact(readableText(answer.body), Object.values(own)),
    };
  } catch (error) {
    if (error instanceof HttpFailure) {
      return error.code === 'aborted' ? undefined : { at, durationMs: error.durationMs, error: error.code };
    }
    // Such as a secret that no key opens any more. It counts as an attempt, so that it neither ends nor holds up the rest.
    ctx.log.error({ err: error, delivery_id: String(delivery.id) }, 'delivery can not be sent');
    return { at, durationMs: 0, error: 'internal_error' };
  }
}

/** The request belongs to the trace of its event, and carries it. */
async function traced<T>(traceparent: string | undefined, request: () => Promise<T>): Promise<T> {
  const step = startStep('deliver webhook', 'internal', traceparent);
  try {
    return await step.run(request);
  } finally {
    step.end();
  }
}

function headersOf(ctx: Context, { lane, secrets, eventId: id, body }: Claimed, at: Date): Record<string, string> {
  return {
    'content-type': 'application/json',
    'webhook-id': id,
    'webhook-timestamp': String(Math.floor(at.getTime() / 1000)),
    'webhook-signature': signatures(openSecrets(ctx.sealer, lane.webhookId, secrets, at), { id, at, body }),
  };
}

/** Of several, which stand in one header or in two, to disable says more. */
function readAsked(value = ''): Attempt['asks'] {
  const asked = value.split(',').map((word) => word.trim().toLowerCase());
  if (asked.includes('disable')) return 'disable';
  return asked.includes('abort-message') ? 'abort' : undefined;
}

/** PostgreSQL's text takes no NUL, and bytes that are not UTF-8 become longer when they are decoded. */
function readableText(body: Buffer): string {
  return body.toString().replaceAll('\0', '');
}
