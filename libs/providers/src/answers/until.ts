import type { ProviderAnswer } from '../calls.ts';

const second = 1000;
const day = 86_400_000;

/**
 * Returns the milliseconds from the provider's current time (the header `Date`) to a time in the response. Returns
 * undefined if either time is missing. The result is clamped to between a second and a day, because no provider's limit
 * lasts longer.
 */
export function msUntil({ headers }: ProviderAnswer, timeMs: number): number | undefined {
  const left = timeMs - Date.parse(headers['date'] ?? '');
  return Number.isFinite(left) ? Math.min(day, Math.max(second, left)) : undefined;
}
