import { type ListedRow, readLimit } from './rows.ts';

/**
 * Maximum numbers of an organization's events, bytes and rows in one read of the outbox. An organization within these
 * numbers is not throttled.
 */
const burst = { events: 1000, bytes: 512 * 1024, rows: 100 };
/**
 * An organization with fewer rows is not throttled because of their number, however many organizations share a read.
 */
const fewRows = 10;
/**
 * Maximum number of a topic's events that its slowest group has yet to handle. A new event waits for about as many
 * events.
 */
const aheadEvents = 2000;
/**
 * A group that handles nothing for this long is ignored, so that it does not hold up the events of the other groups.
 */
const patienceMs = 10_000;

/** Decides which rows of a read are sent now. */
export type Throttle = {
  /**
   * Returns the rows to send now, in order: all rows of organizations with few events, and from all other organizations
   * as many rows as the groups have room for.
   */
  choose(rows: readonly ListedRow[]): Promise<ListedRow[]>;
};

/**
 * Makes a throttle. The events of a partition are handled in order, so organizations must be treated fairly before
 * their events reach a partition. If an organization has a flood of events, the relay sends them no faster than the
 * groups handle them. The rest of the flood waits in the outbox, from which organizations are taken in turn, so only a
 * small part of the flood is ahead of the events of other organizations. `lagOf` returns the number of a group's
 * unhandled events.
 */
export function createThrottle(options: {
  /** Returns the groups that consume a topic. The events of a topic without groups are not throttled. */
  groups(topic: string): readonly string[];
  lagOf(topic: string, group: string): Promise<number>;
  now?: () => number;
}): Throttle {
  const { groups, lagOf, now = () => performance.now() } = options;
  /** Events that may be sent before the groups' lag is counted again, by topic. */
  const rooms = new Map<string, number>();
  /** The lowest lag that a group has had since its lag became too high, and the time at which that lag was measured. */
  const slow = new Map<string, { fewest: number; sinceMs: number }>();

  async function roomOf(topic: string): Promise<number> {
    const known = rooms.get(topic) ?? 0;
    if (known > 0) return known;
    return Math.min(aheadEvents, ...(await Promise.all(groups(topic).map((group) => roomFor(topic, group)))));
  }

  async function roomFor(topic: string, group: string): Promise<number> {
    const key = `${group} ${topic}`;
    const lag = await lagOf(topic, group);
    if (lag < aheadEvents) {
      slow.delete(key);
      return aheadEvents - lag;
    }
    const before = slow.get(key);
    if (before !== undefined && lag >= before.fewest) return now() - before.sinceMs < patienceMs ? 0 : aheadEvents;
    slow.set(key, { fewest: lag, sinceMs: now() });
    return 0;
  }

  return {
    async choose(rows) {
      const floods = findFloods(rows);
      const isPaced = (row: ListedRow) => floods.has(row.organization_id) && groups(row.topic).length > 0;
      for (const topic of new Set(rows.filter(isPaced).map((row) => row.topic))) rooms.set(topic, await roomOf(topic));
      return rows.filter((row) => {
        if (!isPaced(row)) return true;
        const room = rooms.get(row.topic) ?? 0;
        rooms.set(row.topic, room - row.events);
        return room > 0;
      });
    },
  };
}

/** Finds the organizations with many events or bytes, or with at least an equal share of the rows of a read. */
function findFloods(rows: readonly ListedRow[]): Set<bigint> {
  const byOrganization = Map.groupBy(rows, (row) => row.organization_id);
  const mostRows = Math.max(fewRows, Math.min(burst.rows, readLimit.rows / byOrganization.size));
  const floods = [...byOrganization].filter(([, own]) => {
    const events = own.reduce((sum, row) => sum + row.events, 0);
    const bytes = own.reduce((sum, row) => sum + row.bytes, 0);
    return events > burst.events || bytes > burst.bytes || own.length >= mostRows;
  });
  return new Set(floods.map(([organization]) => organization));
}
