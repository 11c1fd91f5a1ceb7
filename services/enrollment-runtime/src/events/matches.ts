import { eventMatchOf } from '@drippulse/engine';
import { parseObject } from '../enrollments/contact.ts';
import type { ReadEvent } from './event.ts';

type Match = ReturnType<typeof eventMatchOf>;

/** Rules in the cache. Enrollments of one workflow often wait by the same rule. */
const kept = 500;
const cache = new Map<string, Match>();

/**
 * Whether an event is one that a step waits for, by the JSON text of its rule; null accepts every event of the name. A rule that
 * needs more work than a filter may do accepts none.
 */
export function isMatch(rule: string | null, event: ReadEvent, now: Date): { matches: boolean; work: number } {
  if (rule === null) return { matches: true, work: 0 };
  return matchOf(rule)(event.fields(), { now, timezone: 'UTC' });
}

function matchOf(rule: string): Match {
  const match = cache.get(rule) ?? eventMatchOf(parseObject(rule));
  cache.delete(rule);
  cache.set(rule, match);
  for (const oldest of cache.keys()) {
    if (cache.size <= kept) break;
    cache.delete(oldest);
  }
  return match;
}
