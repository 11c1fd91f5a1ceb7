import { askedToEnd } from '../faults.ts';
import type { Evidence } from './evidence.ts';

export function checkEnded({ history }: Evidence): string[] {
  return history.faults
    .filter(({ name, met }) => name === askedToEnd && !met)
    .map(({ from, to }) => `it still ran ${to - from} ms after it was asked to end`);
}
