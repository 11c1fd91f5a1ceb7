/** An item of the queue. */
export type Queued = { organization: bigint; lane: bigint; destination: string };

/**
 * Maximum numbers of items that were taken from the queue and are not done: in total, for each organization, and for
 * each destination of an organization.
 */
export type Limits = { total: number; perOrganization: number; perDestination: number };

export type FairQueue<T extends Queued> = {
  add(item: T): void;
  /**
   * Takes the next item. Organizations take turns, and so do the destinations within an organization. The item counts
   * against the limits until `done`.
   */
  take(): T | undefined;
  done(item: T): void;
  /** Removes and returns all queued items. */
  clear(): T[];
  waiting(): number;
  /** Returns the lanes with at least this many queued items. */
  lanesWith(count: number): bigint[];
  /** Returns the organizations with at least this many queued items. */
  organizationsWith(count: number): bigint[];
};

type Line<T> = { items: T[]; out: number };
type Turns<T> = { lines: Map<string, Line<T>>; waiting: number; out: number };

/**
 * Creates a queue in which a slow destination delays only its own items: not those of any other destination or
 * organization.
 */
export function createFairQueue<T extends Queued>(limits: Limits): FairQueue<T> {
  const organizations = new Map<bigint, Turns<T>>();
  const lanes = new Map<bigint, number>();
  let waiting = 0;
  let out = 0;

  function turnsOf(organization: bigint): Turns<T> {
    let turns = organizations.get(organization);
    if (turns === undefined) {
      turns = { lines: new Map(), waiting: 0, out: 0 };
      organizations.set(organization, turns);
    }
    return turns;
  }

  function lineOf(turns: Turns<T>, destination: string): Line<T> {
    let line = turns.lines.get(destination);
    if (line === undefined) {
      line = { items: [], out: 0 };
      turns.lines.set(destination, line);
    }
    return line;
  }

  function countLane(lane: bigint, by: number): void {
    const count = (lanes.get(lane) ?? 0) + by;
    if (count === 0) lanes.delete(lane);
    else lanes.set(lane, count);
  }

  /**
   * Takes an item, and moves its organization and destination to the ends of their maps, which keep insertion order.
   */
  function takeFrom(organization: bigint, turns: Turns<T>): T | undefined {
    if (turns.waiting === 0 || turns.out >= limits.perOrganization) return undefined;
    for (const [destination, line] of turns.lines) {
      if (line.out >= limits.perDestination) continue;
      const item = line.items.shift();
      if (item === undefined) continue;
      turns.lines.delete(destination);
      turns.lines.set(destination, line);
      organizations.delete(organization);
      organizations.set(organization, turns);
      line.out += 1;
      turns.out += 1;
      turns.waiting -= 1;
      return item;
    }
    return undefined;
  }

  return {
    add(item) {
      const turns = turnsOf(item.organization);
      lineOf(turns, item.destination).items.push(item);
      turns.waiting += 1;
      waiting += 1;
      countLane(item.lane, 1);
    },
    take() {
      if (out >= limits.total || waiting === 0) return undefined;
      for (const [organization, turns] of organizations) {
        const item = takeFrom(organization, turns);
        if (item === undefined) continue;
        waiting -= 1;
        out += 1;
        countLane(item.lane, -1);
        return item;
      }
      return undefined;
    },
    done(item) {
      const turns = turnsOf(item.organization);
      const line = lineOf(turns, item.destination);
      line.out -= 1;
      turns.out -= 1;
      out -= 1;
      if (line.out === 0 && line.items.length === 0) turns.lines.delete(item.destination);
      if (turns.lines.size === 0) organizations.delete(item.organization);
    },
    clear() {
      const items = [...organizations.values()].flatMap((turns) => {
        turns.waiting = 0;
        return [...turns.lines.values()].flatMap((line) => line.items.splice(0));
      });
      waiting = 0;
      lanes.clear();
      return items;
    },
    waiting: () => waiting,
    lanesWith: (count) => [...lanes].filter(([, items]) => items >= count).map(([lane]) => lane),
    organizationsWith: (count) =>
      [...organizations].filter(([, turns]) => turns.waiting >= count).map(([organization]) => organization),
  };
}
