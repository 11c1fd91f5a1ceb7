import { HttpFailure } from '@drippulse/http';
import { chainHeader, fromConnectError } from '@drippulse/rpc';
import { redact } from '@drippulse/secrets';
import type { EffectCall, EffectContext, EffectOutcome } from '../effect-call.ts';
import { resultOf } from './answer.ts';
import { type CallbackRequest, readRequest } from './request.ts';
import { signatureHeaders } from './sign.ts';

/**
 * Calls an endpoint of the customer. A retry has the same method, URL, body, Idempotency-Key and chain. If the endpoint
 * calls the API with the chain header, its request continues the chain.
 */
export async function callWebhook(ctx: EffectContext, call: EffectCall): Promise<EffectOutcome> {
  const request = readRequest(call.request);
  const signed = await sign(ctx, call, request);
  if ('outcome' in signed) return signed;
  // The path of some webhook URLs contains a secret.
  const name = redact(`${request.method} ${withoutQuery(request.url)}`);
  try {
    const answer = await ctx.adapters.http.request({
      url: request.url,
      method: request.method,
      headers: {
        ...request.headers,
        ...signed.headers,
        'idempotency-key': call.key,
        [chainHeader]: ctx.chains.sign(call, call.plannedAt),
      },
      body: request.body,
      totalTimeoutMs: request.timeoutMs,
      signal: call.signal,
    });
    return resultOf(answer, name, ctx.clock.now());
  } catch (error) {
    if (error instanceof HttpFailure) return unanswered(error, name);
    throw error;
  }
}

/**
 * Returns the outcome of a call that got no response. A forbidden address or URL is forbidden on every attempt. Other
 * failures may be transient.
 */
function unanswered(failure: HttpFailure, name: string): EffectOutcome {
  const retryable = failure.code !== 'address_not_allowed' && failure.code !== 'url_not_allowed';
  return { outcome: 'failed', error: `${name}: ${failure.message} (${failure.code})`, retryable };
}

async function sign(
  { clients, clock }: EffectContext,
  call: EffectCall,
  request: CallbackRequest,
): Promise<EffectOutcome | { headers: Record<string, string> }> {
  if (request.signWith === undefined) return { headers: {} };
  const { organizationId, key: id, signal } = call;
  const { signWith: webhookId, body = '' } = request;
  try {
    const message = { organizationId, webhookId, id, body, at: clock.now() };
    return { headers: await signatureHeaders(clients.signing, message, signal) };
  } catch (error) {
    const failure = fromConnectError(error);
    if (failure.reason === 'busy') throw failure;
    const { kind, message: reason } = failure;
    const problem = `webhook ${request.signWith} cannot sign the request: ${reason}`;
    return { outcome: 'failed', error: problem, retryable: kind !== 'not_found' };
  }
}

/** Removes the query of a URL, because a query may contain a secret and viewers read the timeline. */
function withoutQuery(url: string): string {
  return url.replace(/[?#].*$/s, '');
}
