import { type EventFilter, eventMatchOf, type JsonObject } from '@drippulse/engine';
import { createByteCache } from '@drippulse/loops';

/** An event, as rules see it. */
type SeenEvent = { organizationId: bigint; fields(): JsonObject };

/**
 * The rules by which steps wait for events. The rules are cached, because many enrollments of one workflow often wait
 * by an equal rule.
 */
export type Matches = {
  /**
   * Returns whether a step's rule, given as JSON text, accepts an event; null accepts every event of the name. A rule
   * that needs more work than a filter may do accepts no event.
   */
  isMatch(rule: string | null, event: SeenEvent, now: Date): { matches: boolean; work: number };
  /** Returns the bytes that the rules occupy. */
  bytes(): number;
};

/** Maximum size in bytes of the cached rules, for all organizations together and for each. */
const ofAll = 8 << 20;
const ofEach = 2 << 20;

export function createMatches(): Matches {
  const cache = createByteCache<EventFilter>({ ofAll, ofEach });
  const matchOf = (rule: string, organization: string) =>
    cache.find(rule) ??
    cache.keep(rule, organization, (grow) => {
      grow(2 * rule.length);
      return eventMatchOf(rule, grow);
    });
  return {
    isMatch(rule, event, now) {
      if (rule === null) return { matches: true, work: 0 };
      return matchOf(rule, String(event.organizationId))(event.fields(), { now, timezone: 'UTC' });
    },
    bytes: () => cache.bytes(),
  };
}
