import type { JsonObject } from '@drippulse/json';
import type { EffectOutcome } from './effect-call.ts';

const mark = 'chain_cut';

/**
 * Returns the stored request of an effect that the budget of its chain does not cover. The request gets a mark that no
 * step can render. Because of the mark, every attempt is refused, even by a process that takes over the run.
 */
export function refuseRequest(request: string): string {
  return `{"${mark}":true,${request.slice(1)}`;
}

export function isRefused(request: JsonObject): boolean {
  return request[mark] === true;
}

export const refusedOutcome: EffectOutcome = {
  outcome: 'failed',
  error: 'the chain of workflows that led here has used up its budget of enrollments and records',
  retryable: false,
};
