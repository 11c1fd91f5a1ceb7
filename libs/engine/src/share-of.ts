import { hash } from 'node:crypto';

/** A number from 0 to 1, spread evenly over texts and constant for each text. */
export function shareOf(text: string): number {
  return Number.parseInt(hash('sha256', text, 'hex').slice(0, 12), 16) / 2 ** 48;
}
