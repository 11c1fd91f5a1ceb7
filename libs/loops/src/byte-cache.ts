/** A cache of values by key, with a maximum number of bytes. */
export type ByteCache<Value> = {
  /** Finds the value of a key, and makes it the most recently used value. */
  find(key: string): Value | undefined;
  /**
   * Keeps a value for an organization. `make` gets a function to call whenever the value grows, now or later, with the
   * number of added bytes. A dropped value that grows is kept again.
   */
  keep(key: string, organization: string, make: (grow: (bytes: number) => void) => Value): Value;
  /** Returns the number of bytes that are kept now, for one organization or for all. */
  bytes(organization?: string): number;
};

/** `base` is the number of bytes that a value still has after it dropped its parts. */
type Entry<Value> = { key: string; organization: string; value: Value; base: number; bytes: number };

/** Entries in the order of their use, the most recent last, and their bytes. */
type Shelf<Value> = { entries: Set<Entry<Value>>; bytes: number };

/**
 * Makes a cache with a budget of bytes, in total and for each organization. When a budget is used up, the least
 * recently used values are dropped, so that the values of one organization do not drive out the values of all others.
 * `drop` is called with each dropped value. Other code may still use the value, so `drop` should free the parts that
 * the value can make again.
 */
export function createByteCache<Value>(o: {
  ofAll: number;
  ofEach: number;
  drop?: (value: Value) => void;
}): ByteCache<Value> {
  const { ofAll, ofEach, drop = () => undefined } = o;
  const byKey = new Map<string, Entry<Value>>();
  const all: Shelf<Value> = { entries: new Set(), bytes: 0 };
  const shelves = new Map<string, Shelf<Value>>();

  function shelfOf(organization: string): Shelf<Value> {
    const known = shelves.get(organization);
    if (known !== undefined) return known;
    const shelf: Shelf<Value> = { entries: new Set(), bytes: 0 };
    shelves.set(organization, shelf);
    return shelf;
  }

  /** Puts an entry behind all other entries, and adds to its bytes. */
  function use(entry: Entry<Value>, bytes = 0): void {
    for (const shelf of [all, shelfOf(entry.organization)]) {
      shelf.entries.delete(entry);
      shelf.entries.add(entry);
      shelf.bytes += bytes;
    }
    entry.bytes += bytes;
  }

  function grow(entry: Entry<Value>, bytes: number): void {
    const isKept = all.entries.has(entry);
    if (!isKept && !byKey.has(entry.key)) byKey.set(entry.key, entry);
    use(entry, isKept ? bytes : entry.base + bytes);
    const shelf = shelfOf(entry.organization);
    while (shelf.bytes > ofEach) letGo(leastRecent(shelf));
    while (all.bytes > ofAll) letGo(leastRecent(all));
  }

  function letGo(entry: Entry<Value>): void {
    const { organization, key, value, bytes } = entry;
    const shelf = shelfOf(organization);
    for (const each of [all, shelf]) {
      each.entries.delete(entry);
      each.bytes -= bytes;
    }
    entry.bytes = 0;
    if (shelf.entries.size === 0) shelves.delete(organization);
    if (byKey.get(key) === entry) byKey.delete(key);
    drop(value);
  }

  return {
    find(key) {
      const entry = byKey.get(key);
      if (entry !== undefined) use(entry);
      return entry?.value;
    },
    keep(key, organization, make) {
      let base = 0;
      let entry: Entry<Value> | undefined;
      const value = make((bytes) => {
        if (entry === undefined) base += bytes;
        else grow(entry, bytes);
      });
      const former = byKey.get(key);
      if (former !== undefined) letGo(former);
      entry = { key, organization, value, base, bytes: 0 };
      byKey.set(key, entry);
      grow(entry, 0);
      return value;
    },
    bytes: (organization) => (organization === undefined ? all.bytes : (shelves.get(organization)?.bytes ?? 0)),
  };
}

function leastRecent<Value>({ entries }: Shelf<Value>): Entry<Value> {
  for (const entry of entries) return entry;
  throw new Error('a shelf without entries has bytes');
}
