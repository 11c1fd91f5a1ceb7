import type { ProviderAnswer } from '../calls.ts';

const second = 1000;
const day = 86_400_000;

/**
 * Milliseconds until a time that an answer names, by the clock of the provider (`Date`); undefined without either. At
 * least a second, and at most a day: no limit of a provider is longer.
 */
export function msUntil({ headers }: ProviderAnswer, timeMs: number): number | undefined {
  const left = timeMs - Date.parse(headers['date'] ?? '');
  return Number.isFinite(left) ? Math.min(day, Math.max(second, left)) : undefined;
}
