import { DomainError } from '@drippulse/errors';

/** An amount that was taken. */
export type Held = {
  /** Adds to the amount. Throws as `take` does. */
  add(amount: number): void;
  /** Gives the whole amount back. Repeating the call changes nothing. */
  release(): void;
};

/** A scarce resource, such as bytes or places, that organizations share. */
export type Shares = {
  /**
   * Takes an amount for a key immediately. Throws `too_much_at_once` if the key's share is used up, `busy` if the whole
   * capacity is.
   */
  take(key: string, amount: number): Held;
  /**
   * Takes an amount. If necessary, waits for its turn, up to the wait time of these shares. When the signal aborts, the
   * wait ends with the signal's reason.
   */
  wait(key: string, amount: number, signal?: AbortSignal): Promise<Held>;
  /** Returns the amount that is taken now, for one key or for all. */
  used(key?: string): number;
  /**
   * Returns the total amount for which all other keys wait: the next request of each key, unless the share of that key
   * is used up.
   */
  wanted(key: string): number;
};

type Waiting = { amount: number; give(): void };
type Share = { used: number; holders: number; waiting: Set<Waiting> };

/** Maximum number of waiting callers of one key, each of which has a request in memory. */
const mostWaiting = 1000;

/**
 * The limits of each key and of all keys together. Each key may always have `least` (default 0). When a key gets one
 * amount larger than its share, `spare` (default 0) remains free for other keys.
 */
export type ShareLimits = { ofEach: number; ofAll: number; least?: number; spare?: number };

/**
 * Divides a scarce resource: one key may have `ofEach` of it, and all keys together `ofAll`. Shares shrink when many
 * keys have one: a key may then have no more than the amount that remains free for further keys (dynamic thresholds,
 * Choudhury and Hahne 1998). If `n` keys take as much as they can, each gets `ofAll / (n + 1)`, so there is room for
 * the next key. A key that has nothing may get one amount larger than its share if `spare` remains free, so that no
 * single request is impossible. Waiting callers of a key are served in order, and keys in turn; a key whose share is
 * used up does not delay other keys. `of` names the resource in a refusal, such as "uploads".
 */
export function createShares(options: ShareLimits & { of: string; waitMs?: number }): Shares {
  const { of, ofEach, ofAll, least = 0, spare = 0, waitMs = 0 } = options;
  const shares = new Map<string, Share>();
  let usedByAll = 0;
  let waitingOfAll = 0;

  function shareOf(key: string): Share {
    const known = shares.get(key);
    if (known !== undefined) return known;
    const share = { used: 0, holders: 0, waiting: new Set<Waiting>() };
    shares.set(key, share);
    return share;
  }

  function forgetUnused(key: string, { holders, waiting }: Share): void {
    if (holders === 0 && waiting.size === 0) shares.delete(key);
  }

  function fitsShare(share: Share, amount: number): boolean {
    return share.used === 0 || share.used + amount <= ofEach;
  }

  /** `isOnlyOne`: the key has nothing yet, or has only the amount that this call adds to. */
  function fitsAll(share: Share, amount: number, isOnlyOne = share.used === 0): boolean {
    const has = share.used + amount;
    if (usedByAll === 0 || has <= least) return true;
    const left = ofAll - usedByAll - amount;
    const isOnlyKey = usedByAll === share.used;
    if (isOnlyKey || has <= left) return left >= 0;
    return isOnlyOne && left >= spare;
  }

  function hold(key: string, share: Share, amount: number): Held {
    let held = amount;
    let isReleased = false;
    share.holders += 1;
    share.used += amount;
    usedByAll += amount;
    return {
      add(more) {
        if (isReleased) throw new Error('the share was released');
        const isOnlyOne = share.used === held;
        if (!isOnlyOne && share.used + more > ofEach) throw refusedShare(of);
        if (usedByAll !== held && !fitsAll(share, more, isOnlyOne)) throw refusedAll(of);
        held += more;
        share.used += more;
        usedByAll += more;
      },
      release() {
        if (isReleased) return;
        isReleased = true;
        share.holders -= 1;
        share.used -= held;
        usedByAll -= held;
        if (waitingOfAll > 0) serveWaiting();
        forgetUnused(key, share);
      },
    };
  }

  function serveWaiting(): void {
    for (const [key, share] of [...shares]) {
      for (const waiting of share.waiting) {
        if (!fitsShare(share, waiting.amount) || !fitsAll(share, waiting.amount)) break;
        waiting.give();
        // Deleting the key and inserting it again moves it behind the other keys.
        shares.delete(key);
        shares.set(key, share);
      }
    }
  }

  function take(key: string, amount: number): Held {
    const share = shareOf(key);
    try {
      if (!fitsShare(share, amount)) throw refusedShare(of);
      if (!fitsAll(share, amount)) throw refusedAll(of);
      return hold(key, share, amount);
    } finally {
      forgetUnused(key, share);
    }
  }

  function wait(key: string, amount: number, signal?: AbortSignal): Promise<Held> {
    const share = shareOf(key);
    if (share.waiting.size === 0 && fitsShare(share, amount) && fitsAll(share, amount)) {
      return Promise.resolve(hold(key, share, amount));
    }
    if (share.waiting.size >= mostWaiting) return Promise.reject(refusedShare(of));
    return new Promise((resolve, reject) => {
      const waiting = {
        amount,
        give() {
          settle();
          resolve(hold(key, share, amount));
        },
      };
      const onAbort = () => giveUp(signal?.reason);
      const timer = setTimeout(() => giveUp(fitsShare(share, amount) ? refusedAll(of) : refusedShare(of)), waitMs);
      signal?.addEventListener('abort', onAbort, { once: true });
      share.waiting.add(waiting);
      waitingOfAll += 1;
      if (signal?.aborted) onAbort();

      function settle(): void {
        clearTimeout(timer);
        signal?.removeEventListener('abort', onAbort);
        share.waiting.delete(waiting);
        waitingOfAll -= 1;
      }
      function giveUp(error: unknown): void {
        settle();
        forgetUnused(key, share);
        reject(error);
      }
    });
  }

  function wanted(key: string): number {
    let amount = 0;
    if (waitingOfAll === 0) return amount;
    for (const [other, share] of shares) {
      const [next] = share.waiting;
      // A key whose own share is used up cannot use the room that other keys leave.
      if (other !== key && next !== undefined && fitsShare(share, next.amount)) amount += next.amount;
    }
    return amount;
  }

  return { take, wait, wanted, used: (key) => (key === undefined ? usedByAll : (shares.get(key)?.used ?? 0)) };
}

function refusedShare(of: string): DomainError {
  const message = `Your organization has as many concurrent ${of} as it may have. Wait until one ends.`;
  return new DomainError('resource_exhausted', 'too_much_at_once', message, { retryAfterSeconds: 5 });
}

function refusedAll(of: string): DomainError {
  return new DomainError('unavailable', 'busy', `Too many ${of} are under way.`, { retryAfterSeconds: 5 });
}
