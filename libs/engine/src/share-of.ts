import { hash } from 'node:crypto';

/** Returns a number from 0 to 1, spread evenly over strings and constant for each string. */
export function shareOf(text: string): number {
  return Number.parseInt(hash('sha256', text, 'hex').slice(0, 12), 16) / 2 ** 48;
}
