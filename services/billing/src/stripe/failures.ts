import { DomainError } from '@drippulse/errors';

/**
 * A failed request to Stripe. `unsent`: the request certainly did nothing. `unknown`: the request may have done
 * something, and may be repeated with its key. `broken`: Stripe answered with an internal error, which it would return
 * again for this key. `refused`: Stripe refused the request.
 */
export type Failure = { verdict: 'unsent' | 'unknown' | 'broken' | 'refused'; refusal: DomainError };

/**
 * The members of Stripe's errors that determine the verdict. They are read by shape, because the error classes are
 * loaded only with the client.
 */
type StripeErrorShape = {
  type: string;
  message: string;
  code?: string | undefined;
  statusCode?: number | undefined;
  detail?: { code?: string } | string | undefined;
};

/** Error codes of connections that were never established. */
const unsentCodes: ReadonlySet<string> = new Set([
  'ECONNREFUSED',
  'ENOTFOUND',
  'EAI_AGAIN',
  'EHOSTUNREACH',
  'ENETUNREACH',
]);
/** Maximum number of characters of Stripe's message to show. */
const maxMessageLength = 500;

/** Interprets an error that a request to Stripe threw. Other errors are rethrown. */
export function failureOf(error: unknown): Failure {
  if (error instanceof DomainError)
    return { verdict: error.kind === 'unavailable' ? 'unsent' : 'refused', refusal: error };
  if (!isStripeError(error)) throw error;
  const { type, statusCode = 0, code, detail } = error;
  if (type === 'StripeConnectionError') {
    const isUnsent = typeof detail === 'object' && unsentCodes.has(detail.code ?? '');
    return { verdict: isUnsent ? 'unsent' : 'unknown', refusal: away(error) };
  }
  // Stripe did nothing. A wrong key or a missing permission is the problem of the operator and not of the customer. A
  // rate limit (429) ends by itself.
  if (statusCode === 401 || statusCode === 403 || statusCode === 429)
    return { verdict: 'unsent', refusal: away(error) };
  // Another request with this key, or on this object, is under way, so the outcome is unknown.
  if (statusCode === 409) return { verdict: 'unknown', refusal: away(error) };
  if (statusCode >= 500) return { verdict: 'broken', refusal: away(error) };
  const isPayment =
    type === 'StripeCardError' || statusCode === 402 || code === 'subscription_payment_intent_requires_action';
  const reason = isPayment ? 'payment_failed' : 'stripe_refused';
  const message = `Stripe: ${error.message.slice(0, maxMessageLength)}`;
  return { verdict: 'refused', refusal: new DomainError('failed_precondition', reason, message, { cause: error }) };
}

/** Builds the refusal of a call while Stripe is unavailable. */
export function away(cause?: unknown): DomainError {
  const message = 'Stripe did not respond. Your subscription is unchanged.';
  return new DomainError('unavailable', 'stripe_unavailable', message, { cause, retryAfterSeconds: 30 });
}

function isStripeError(error: unknown): error is StripeErrorShape {
  return error instanceof Error && 'type' in error && typeof error.type === 'string' && error.type.startsWith('Stripe');
}
