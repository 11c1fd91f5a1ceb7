import { type EventFilter, eventFilterOf, type JsonObject, readEventFilter, type Verdict } from '@drippulse/engine';
import { DomainError, type Violation } from '@drippulse/errors';
import { parseJson, stringifyJson } from '@drippulse/json';
import { createByteCache } from '@drippulse/loops';

/** Decides from the body of an event whether the event is delivered. */
export type Filter = (body: JsonObject, now: Date) => Verdict;

/** The compiled filters of webhooks. */
export type Filters = {
  /**
   * Returns the filter of a stored rule. The compiled rule is cached while there is room, because every event is tested
   * by every filter.
   */
  of(rule: string, organizationId: bigint): Filter;
  /** Returns the number of bytes that the filters occupy. */
  bytes(): number;
};

/**
 * Maximum size in bytes of the compiled filters, for all organizations together and for each. The largest filter takes
 * about 1 MiB; most take a thousandth of that.
 */
const ofAll = 16 << 20;
const ofEach = 4 << 20;

export function createFilters(): Filters {
  const cache = createByteCache<EventFilter>({ ofAll, ofEach });
  return {
    of(rule, organizationId) {
      const decide = cache.find(rule) ?? cache.keep(rule, String(organizationId), (grow) => filterOf(rule, grow));
      return (body, now) => decide(body, { now, timezone: 'UTC' });
    },
    bytes: () => cache.bytes(),
  };
}

function filterOf(rule: string, grow: (bytes: number) => void): EventFilter {
  grow(2 * rule.length);
  return eventFilterOf(rule, grow);
}

/** Reads a rule, checked exactly like the step `condition`, and returns its stored form `{match, conditions}`. */
export function readFilter(text: string): string {
  const { filter, problems } = readEventFilter(parseJson(text));
  if (problems.length > 0) throw refusal(problems);
  return stringifyJson(filter);
}

function refusal(problems: readonly Violation[]): DomainError {
  const violations = problems.map(({ field, ...problem }) => ({
    ...problem,
    field: field === '' ? 'filter' : `filter.${field}`,
  }));
  return new DomainError('invalid', 'invalid_filter', 'filter is not a rule of {match, conditions}', { violations });
}
