import { type EventTransport, followHints, type Hint } from '@drippulse/events';
import type { Logger } from '@drippulse/observability';

/** A stream, in the form in which the hub uses it. */
export type Listener = {
  organizationId: bigint;
  /** Receives a hint of the organization, and the position after it. */
  onHint(hint: Hint, position: bigint): void;
  /** Called when hints were lost. */
  onLost(): void;
  /**
   * Called when all hints up to the hub's position were passed on. The position must not be reported earlier, or a
   * client could skip hints.
   */
  onRead(): void;
};

/**
 * The hints of the platform in this process. The hub remembers the hints of the last minutes, and passes on new ones.
 */
export type Hub = {
  /**
   * Returns the position of the hub: the offset at which it began to read, plus the number of messages that it has read
   * since. Undefined before the first contact with the transport.
   */
  position(): bigint | undefined;
  /**
   * Passes on the hints of an organization from now on and, with `since`, also the hints after that position. Hints
   * that are no longer remembered are reported as lost. Returns a function that ends the listening.
   */
  listen(listener: Listener, since: bigint | undefined): () => void;
  stop(): Promise<void>;
};

const keptMs = 5 * 60_000;
const mostKept = 50_000;

type Kept = { hint: Hint; position: bigint; atMs: number };

export async function startHub({
  transport,
  log,
}: {
  transport: Pick<EventTransport, 'follow'>;
  log: Logger;
}): Promise<Hub> {
  const listeners = new Map<bigint, Set<Listener>>();
  let kept: Kept[] = [];
  /** `kept` has every hint after this position. */
  let reachesBackTo: bigint | undefined;
  let position: bigint | undefined;

  function* all(): Generator<Listener> {
    for (const own of listeners.values()) yield* own;
  }

  function onStart(start: bigint): void {
    reachesBackTo = start;
    position = start;
    for (const listener of all()) {
      listener.onLost();
      listener.onRead();
    }
  }

  function onHints(hints: readonly Hint[], after: bigint): void {
    const told = new Set<Listener>();
    const atMs = performance.now();
    for (const hint of hints) {
      kept.push({ hint, position: after, atMs });
      const isForAll = hint.organizationId === 0n;
      for (const listener of isForAll ? all() : (listeners.get(hint.organizationId) ?? [])) {
        told.add(listener);
        if (isForAll) listener.onLost();
        else listener.onHint(hint, after);
      }
    }
    position = after;
    for (const listener of told) listener.onRead();
    forgetOld(atMs);
  }

  /**
   * Forgets old hints. To copy the list less often, it waits until a tenth more than the limit is kept. All hints of a
   * message are forgotten together.
   */
  function forgetOld(nowMs: number): void {
    const isLong = kept.length > mostKept * 1.1;
    const isOld = (kept[0]?.atMs ?? nowMs) < nowMs - keptMs * 1.1;
    if (!isLong && !isOld) return;
    const first = Math.max(
      kept.length - mostKept,
      indexOf((each) => each.atMs >= nowMs - keptMs),
    );
    reachesBackTo = kept[first - 1]?.position ?? reachesBackTo;
    const from = reachesBackTo;
    kept = kept.slice(first).filter((each) => from === undefined || each.position > from);
  }

  /** Finds the index of the first item for which `isSo` is true. `isSo` must be true for all later items too. */
  function indexOf(isSo: (each: Kept) => boolean): number {
    let [low, high] = [0, kept.length];
    while (low < high) {
      const middle = (low + high) >> 1;
      const each = kept[middle];
      if (each !== undefined && isSo(each)) high = middle;
      else low = middle + 1;
    }
    return low;
  }

  function catchUp(listener: Listener, since: bigint): void {
    const isKnown =
      reachesBackTo !== undefined && since >= reachesBackTo && position !== undefined && since <= position;
    if (!isKnown) {
      listener.onLost();
      return;
    }
    for (let index = indexOf((each) => each.position > since); index < kept.length; index += 1) {
      const each = kept[index];
      if (each?.hint.organizationId === listener.organizationId) listener.onHint(each.hint, each.position);
      else if (each?.hint.organizationId === 0n) listener.onLost();
    }
  }

  const following = await followHints({ transport, log, sinceMs: keptMs, onStart, onHints });
  return {
    position: () => position,
    listen(listener, since) {
      const own = listeners.get(listener.organizationId) ?? new Set();
      listeners.set(listener.organizationId, own.add(listener));
      // Before the first contact, it is not known whether hints were lost; `onStart` then reports them as lost.
      if (since !== undefined && position !== undefined) catchUp(listener, since);
      return () => {
        own.delete(listener);
        if (own.size === 0 && listeners.get(listener.organizationId) === own) listeners.delete(listener.organizationId);
      };
    },
    stop: () => following.stop(),
  };
}
