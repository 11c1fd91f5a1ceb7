import { type Timestamp, timestampDate } from '@bufbuild/protobuf/wkt';
import { refuseViolations } from '@drippulse/errors';

const quarterMs = 15 * 60_000;
const dayMs = 86_400_000;
const defaultDays = 30;
/** Retention of facts, in days. */
export const mostDays = 396;

/** A period of whole quarter hours, from `from` inclusive to `until` exclusive. */
export type Period = { from: Date; until: Date };

/**
 * Reads the start and the end of a period from a request, where `names` are their field names. The default start is
 * `usualDays` before the end.
 */
export function readPeriod(
  { from, to }: { from?: Timestamp | undefined; to?: Timestamp | undefined },
  now: Date,
  names: { from: string; to: string; usualDays?: number } = { from: 'from', to: 'to' },
): Period {
  const end = to === undefined ? now.getTime() : timestampDate(to).getTime();
  const start = from === undefined ? end - (names.usualDays ?? defaultDays) * dayMs : timestampDate(from).getTime();
  if (start >= end) refuseViolations([{ field: names.from, message: `must be before ${names.to}`, code: 'range' }]);
  if (end - start > mostDays * dayMs) {
    const message = `must be at most ${mostDays} days before ${names.to}`;
    refuseViolations([{ field: names.from, message, code: 'range' }]);
  }
  return {
    from: new Date(Math.floor(start / quarterMs) * quarterMs),
    until: new Date(Math.ceil(end / quarterMs) * quarterMs),
  };
}

/** Returns the preceding period of the same length. */
export function periodBefore({ from, until }: Period): Period {
  return { from: new Date(from.getTime() - (until.getTime() - from.getTime())), until: from };
}
