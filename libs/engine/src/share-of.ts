import { hash } from 'node:crypto';

/**
 * Returns a number from 0 to 1 for a string. The numbers are spread evenly over strings; a string always gets the same
 * number.
 */
export function shareOf(text: string): number {
  return Number.parseInt(hash('sha256', text, 'hex').slice(0, 12), 16) / 2 ** 48;
}
