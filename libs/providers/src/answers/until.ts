import type { ProviderAnswer } from '../calls.ts';

const second = 1000;
const day = 86_400_000;

/**
 * Returns the milliseconds until a time named in an answer, by the clock of the provider (`Date`); undefined if either
 * is missing. Bounded to a second and a day, because no limit of a provider lasts longer.
 */
export function msUntil({ headers }: ProviderAnswer, timeMs: number): number | undefined {
  const left = timeMs - Date.parse(headers['date'] ?? '');
  return Number.isFinite(left) ? Math.min(day, Math.max(second, left)) : undefined;
}
