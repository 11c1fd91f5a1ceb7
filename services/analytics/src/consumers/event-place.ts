import { type Timestamp, timestampDate } from '@bufbuild/protobuf/wkt';
import type { Fact } from '../facts/fact.ts';

/** Maximum time by which a publisher's clock may be ahead of the clock that made the event's id. */
const aheadMs = 60_000;

/**
 * Returns the organization, the id and the time of an event's facts. Replaces a time in the future with the time in the
 * event's id, so that a repeated event gets the same time.
 */
export function eventPlace(event: {
  id: string;
  message: { organizationId: bigint; time?: Timestamp | undefined };
}): Pick<Fact, 'organizationId' | 'id' | 'at'> {
  const id = event.id.slice('evt_'.length);
  const madeMs = Number.parseInt(id.replaceAll('-', '').slice(0, 12), 16);
  const { organizationId, time } = event.message;
  const at = time === undefined ? new Date(madeMs) : timestampDate(time);
  return { organizationId, id, at: at.getTime() > madeMs + aheadMs ? new Date(madeMs) : at };
}

/**
 * Returns the id of an event's fact, where `part` numbers the facts of the event. If the event is repeated, its facts
 * get the same ids.
 */
export function partId(id: string, part: number): string {
  const end = Number.parseInt(id.slice(-6), 16) ^ part;
  return `${id.slice(0, -6)}${end.toString(16).padStart(6, '0')}`;
}
