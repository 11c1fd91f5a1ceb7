import { isInfrastructureError } from '@drippulse/db';
import { startLoop } from '@drippulse/loops';
import type { Context } from '../../context.ts';
import type { Hit } from './hit.ts';
import { type NotedHit, storeHits } from './store-hits.ts';

/** Buffers hits, which are stored after their requests were answered. */
export type HitBuffer = { add(hit: Hit): void; stop(): Promise<void> };

const everyMs = 250;
const storedAtOnce = 2_000;
/** Maximum number of waiting hits, about 50 MB. While the database is unavailable, further hits are dropped. */
const mostWaiting = 50_000;
/**
 * Maximum number of hits per mail and minute. A person opens a mail a few times a minute; more hits are noise, and
 * would fill the table.
 */
const mostOfMail = 100;
const forgetMailsMs = 60_000;

/**
 * Stores hits in batches, every 250 ms. A process that is killed loses the hits since the last batch, but a process
 * that stops normally stores them. Equal hits of a batch are one row with a count. Calls `onStored` after each batch.
 */
export function startHitBuffer(ctx: Context, onStored: () => void): HitBuffer {
  let waiting = new Map<string, NotedHit>();
  let ofMails = new Map<string, number>();
  let forgetAt = 0;
  const loop = startLoop({
    name: 'store hits',
    log: ctx.log,
    maxIdleMs: 60_000,
    async run() {
      while (waiting.size > 0) await store();
      return undefined;
    },
  });
  let timer: NodeJS.Timeout | undefined;
  return {
    add(hit) {
      const now = performance.now();
      const key = keyOf(hit);
      const same = waiting.get(key);
      if (same !== undefined) {
        same.times += 1;
        return;
      }
      if (waiting.size >= mostWaiting) return ctx.metrics.hitsDropped('full');
      if (isNoise(hit, now)) return ctx.metrics.hitsDropped('flood');
      waiting.set(key, { hit, notedAt: now, times: 1 });
      timer ??= setTimeout(() => {
        timer = undefined;
        loop.wake();
      }, everyMs);
    },
    async stop() {
      clearTimeout(timer);
      await loop.stop();
      try {
        while (waiting.size > 0) await store();
      } catch (error) {
        ctx.log.error({ err: error, lost: waiting.size }, 'hits could not be stored before the end');
      }
    },
  };

  /**
   * Stores the waiting hits. Hits are put back when the database is unavailable. A batch that the database refuses is
   * dropped, so that it delays no other batch.
   */
  async function store(): Promise<void> {
    const batch = [...waiting].slice(0, storedAtOnce);
    for (const [key] of batch) waiting.delete(key);
    try {
      await storeHits(
        ctx,
        batch.map(([, noted]) => noted),
      );
      onStored();
    } catch (error) {
      if (isInfrastructureError(error)) waiting = new Map([...batch, ...waiting]);
      else ctx.metrics.hitsDropped('refused', batch.length);
      throw error;
    }
  }

  function isNoise({ link }: Hit, now: number): boolean {
    if (now >= forgetAt) {
      ofMails = new Map();
      forgetAt = now + forgetMailsMs;
    }
    const count = (ofMails.get(link.deliveryKey) ?? 0) + 1;
    ofMails.set(link.deliveryKey, count);
    return count > mostOfMail;
  }
}

function keyOf({ link, method, userAgent, address, prefetch }: Hit): string {
  const { kind, organizationId, mode, deliveryKey, url } = link;
  return [kind, organizationId, mode, deliveryKey, url, method, address, prefetch, userAgent].join('\n');
}
