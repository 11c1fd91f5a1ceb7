import type { Violation } from '@drippulse/errors';

const picoInMicro = 1_000_000n;

/** Converts pico-USD to US dollars with six decimals, rounded up, so that spend is never shown too low. */
export function usdOf(pico: bigint): string {
  const micro = (pico + picoInMicro - 1n) / picoInMicro;
  return `${micro / 1_000_000n}.${String(micro % 1_000_000n).padStart(6, '0')}`;
}

/** Converts US dollars with at most six decimals to pico-USD. */
export function picoOf(usd: number): bigint {
  return BigInt(Math.round(usd * 1e6)) * picoInMicro;
}

/** Converts pico-USD to a number of US dollars, for the facts of refusals and for limits that were given as numbers. */
export function usdNumberOf(pico: bigint): number {
  return Number((pico + picoInMicro - 1n) / picoInMicro) / 1e6;
}

/** Returns the violations of an amount of US dollars as a limit. */
export function moneyProblems(field: string, value: number | undefined): Violation[] {
  if (value === undefined) return [];
  if (!(value >= 0 && value <= 1_000_000)) {
    return [{ field, message: 'must be from 0 to 1000000', code: 'range' }];
  }
  // Money is counted in integers, and the smallest amount shown is a millionth of a dollar.
  const isExact = Math.abs(value * 1e6 - Math.round(value * 1e6)) < 1e-3;
  return isExact ? [] : [{ field, message: 'must have at most six decimals', code: 'format' }];
}
