import { performance } from 'node:perf_hooks';
import { isInfrastructureError } from '@drippulse/db';
import { HttpFailure } from '@drippulse/http';
import { startStep } from '@drippulse/observability';
import { chainHeader } from '@drippulse/rpc';
import type { Context } from '../context.ts';
import type { Attempt } from '../deliveries/attempt.ts';
import type { Claimed } from '../deliveries/claimed.ts';
import { openSecrets } from '../signing/secrets.ts';
import { signatures } from '../signing/sign.ts';
import { openTarget } from '../webhooks/target.ts';
import { leaseMs } from './lease.ts';

const totalTimeoutMs = 15_000;
/**
 * Time in milliseconds that must remain of a lease when an attempt starts: the time for the attempt and for recording
 * its result.
 */
const neededMs = totalTimeoutMs + 5_000;

/**
 * Sends a delivery once. Returns undefined if there is no outcome, because this process stops, the lease is nearly
 * over, or the machine has run out of descriptors, ports or memory. In this case no attempt is used up, and the
 * delivery is sent after the end of its lease.
 */
export async function send(ctx: Context, delivery: Claimed, signal: AbortSignal): Promise<Attempt | undefined> {
  if (performance.now() - delivery.claimedAt > leaseMs - neededMs) return undefined;
  const at = ctx.clock.now();
  try {
    const { url, headers: own } = openTarget(ctx.sealer, delivery.lane.webhookId, delivery.target);
    const answer = await traced(delivery.traceparent, () =>
      ctx.http.request({
        url,
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
      excerpt: answer.text,
    };
  } catch (error) {
    if (error instanceof HttpFailure) {
      return error.code === 'aborted' ? undefined : { at, durationMs: error.durationMs, error: error.code };
    }
    if (isInfrastructureError(error)) {
      ctx.log.warn({ err: error, delivery_id: String(delivery.id) }, 'delivery not sent for want of resources');
      return undefined;
    }
    // One possible cause is that no key of this process can open a secret. The failure counts as an attempt, so that it
    // neither stops nor blocks other deliveries.
    ctx.log.error({ err: error, delivery_id: String(delivery.id) }, 'delivery cannot be sent');
    return { at, durationMs: 0, error: 'internal_error' };
  }
}

/** Runs the request in the trace of its event, and sends the trace with the request. */
async function traced<T>(traceparent: string | undefined, request: () => Promise<T>): Promise<T> {
  const step = startStep('deliver webhook', 'internal', traceparent);
  try {
    return await step.run(request);
  } finally {
    step.end();
  }
}

/**
 * Returns the headers of a request. A receiver that calls the API because of the event sends the chain header with its
 * request.
 */
function headersOf(ctx: Context, delivery: Claimed, at: Date): Record<string, string> {
  const { lane, secrets, organizationId, eventId: id, cause = id, body } = delivery;
  return {
    'content-type': 'application/json',
    'webhook-id': id,
    'webhook-timestamp': String(Math.floor(at.getTime() / 1000)),
    'webhook-signature': signatures(openSecrets(ctx.sealer, lane.webhookId, secrets, at), { id, at, body }),
    [chainHeader]: ctx.chains.sign({ organizationId, cause }, at),
  };
}

/**
 * Reads the requests of an endpoint. The header may contain several requests and may be repeated; `disable` takes
 * precedence.
 */
function readAsked(value = ''): Attempt['asks'] {
  const asked = value.split(',').map((word) => word.trim().toLowerCase());
  if (asked.includes('disable')) return 'disable';
  return asked.includes('abort-message') ? 'abort' : undefined;
}
