import { type Timestamp, timestampDate } from '@bufbuild/protobuf/wkt';
import { refuseViolations } from '@drippulse/errors';

const hourMs = 3_600_000;
const dayMs = 24 * hourMs;
const defaultDays = 30;
const mostDays = 395;

/** A period of whole hours, from `from` inclusive to `to` exclusive. */
export type Period = { from: Date; to: Date };

export function readPeriod(
  { from, to }: { from?: Timestamp | undefined; to?: Timestamp | undefined },
  now: Date,
): Period {
  const end = to === undefined ? now : timestampDate(to);
  const start = from === undefined ? new Date(end.getTime() - defaultDays * dayMs) : timestampDate(from);
  if (start >= end) refuseViolations([{ field: 'from', message: 'must be before to', code: 'range' }]);
  if (end.getTime() - start.getTime() > mostDays * dayMs) {
    refuseViolations([{ field: 'from', message: `must be at most ${mostDays} days before to`, code: 'range' }]);
  }
  return {
    from: new Date(Math.floor(start.getTime() / hourMs) * hourMs),
    to: new Date(Math.ceil(end.getTime() / hourMs) * hourMs),
  };
}
