import { performance } from 'node:perf_hooks';
import { HttpFailure } from '@drippulse/http';
import type { Context } from '../context.ts';
import { signatures } from '../webhooks/sign.ts';
import { type Claimed, leaseMs } from './claim.ts';
import { excerptCharacters } from './to-proto.ts';

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
  excerpt?: string;
};

/** Sends a delivery once. Undefined when nothing is known of it: this process stops, or came too late for its lease. */
export async function send(ctx: Context, delivery: Claimed, signal: AbortSignal): Promise<Attempt | undefined> {
  if (performance.now() - delivery.claimedAt > leaseMs - neededMs) return undefined;
  const at = ctx.clock.now();
  const { eventId: id, body } = delivery;
  try {
    const answer = await ctx.http.request({
      url: delivery.url,
      method: 'POST',
      headers: {
        'content-type': 'application/json',
        'webhook-id': id,
        'webhook-timestamp': String(Math.floor(at.getTime() / 1000)),
        'webhook-signature': signatures(delivery.secrets, { id, at, body }),
      },
      body,
      totalTimeoutMs,
      signal,
    });
    return {
      at,
      durationMs: answer.durationMs,
      statusCode: answer.statusCode,
      error: answer.statusCode >= 200 && answer.statusCode < 300 ? undefined : 'http_error',
      retryAfter: answer.headers['retry-after'],
      excerpt: readableText(answer.body),
    };
  } catch (error) {
    if (!(error instanceof HttpFailure)) throw error;
    return error.code === 'aborted' ? undefined : { at, durationMs: error.durationMs, error: error.code };
  }
}

/** PostgreSQL's text takes no NUL, and bytes that are not UTF-8 become longer when they are decoded. */
function readableText(body: Buffer): string {
  return body.toString().replaceAll('\0', '').slice(0, excerptCharacters);
}
