import { HttpFailure } from '@drippulse/http';
import type { Provider, ProviderRequest, Verdict } from '@drippulse/providers';
import { AnswerTooLong, ForeignHost } from '../send.ts';

/** Whether the request may be repeated without harm, regardless of its action. */
export function isSafe({ method, isRepeatable }: ProviderRequest): boolean {
  return method === 'GET' || isRepeatable === true;
}

/**
 * Interprets a failure without an answer. Returns undefined for an error of this service. A request that certainly did
 * not arrive may be sent again. If the request may have arrived, the outcome is unknown, unless the request may be
 * repeated without harm.
 */
export function failureVerdict({ name }: Provider, request: ProviderRequest, error: unknown): Verdict | undefined {
  if (error instanceof ForeignHost) {
    return { class: 'permanent', problem: { code: 'foreign_host', message: `It was not sent: ${error.message}` } };
  }
  if (error instanceof AnswerTooLong) {
    const problem = { code: 'answer_too_long', message: `The answer of ${name} is not usable: ${error.message}` };
    return { class: isSafe(request) ? 'permanent' : 'unknown', problem };
  }
  if (!(error instanceof HttpFailure)) return undefined;
  const problem = { code: error.code, message: `${name} did not answer: ${error.message}` };
  if (error.code === 'address_not_allowed' || error.code === 'url_not_allowed') return { class: 'permanent', problem };
  return { class: error.mayHaveBeenSent && !isSafe(request) ? 'unknown' : 'temporary', problem };
}
