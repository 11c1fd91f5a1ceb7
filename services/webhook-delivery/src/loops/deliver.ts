import { setTimeout as sleep } from 'node:timers/promises';
import { startLoop } from '@drippulse/loops';
import type { Context } from '../context.ts';
import { type Claimed, claim } from '../deliveries/claim.ts';
import { giveBack } from '../deliveries/give-back.ts';
import { send } from '../deliveries/send.ts';
import { createConcurrency } from '../endpoints/concurrency.ts';
import { nextDueInMs } from '../endpoints/due-lanes.ts';
import { startRecorder } from './record.ts';

/** Requests under way in one process. */
export const maxInFlight = 1024;
/** How long answers that are on their way may still come when the service stops. */
const graceMs = 2_000;
/** Pause when lanes are due and none could give anything: others are at work on them. */
const contendedMs = 50;

export type Delivering = {
  /** Something is due: it is claimed without a look whether it is. */
  wake(): void;
  stop(): Promise<void>;
};

/** Sends what is due, for as long as it runs. */
export function startDelivering(ctx: Context): Delivering {
  const concurrency = createConcurrency(maxInFlight);
  const sending = new Set<Promise<void>>();
  const unsent: Claimed[] = [];
  const stopped = new AbortController();
  let isExpecting = false;
  const recorder = startRecorder(ctx, (delivery, isSuccess) => {
    concurrency.ended(delivery.lane, isSuccess);
    loop.wake();
  });

  async function run(): Promise<number | undefined> {
    // Every place is taken: the first result that is recorded wakes this loop.
    if (concurrency.room() === 0) return undefined;
    const isLooking = !isExpecting;
    isExpecting = false;
    if (isLooking) {
      const dueInMs = await nextDueInMs(ctx.db.kysely, concurrency.fullLanes());
      if (dueInMs === undefined || dueInMs > 0) return dueInMs;
    }
    const deliveries = await claim(ctx, concurrency);
    for (const delivery of deliveries) start(delivery);
    if (deliveries.some(({ isProven }) => isProven)) return 0;
    return concurrency.unproven.waitMs() || (isLooking && deliveries.length === 0 ? contendedMs : 0);
  }

  function start(delivery: Claimed): void {
    concurrency.started(delivery);
    const done = deliver(delivery).finally(() => sending.delete(done));
    sending.add(done);
  }

  async function deliver(delivery: Claimed): Promise<void> {
    const { organizationId, lagSeconds, tries } = delivery;
    ctx.metrics.attemptStarted({ organizationId, lagSeconds, isFirst: tries === 0 });
    const attempt = await send(ctx, delivery, stopped.signal);
    ctx.metrics.attemptEnded(attempt);
    if (attempt !== undefined) return recorder.push({ delivery, attempt });
    if (stopped.signal.aborted) unsent.push(delivery);
    concurrency.ended(delivery.lane, false);
  }

  const loop = startLoop({ name: 'deliver webhooks', run, log: ctx.log });
  return {
    wake() {
      isExpecting = true;
      loop.wake();
    },
    async stop() {
      await loop.stop();
      const all = Promise.all(sending);
      await Promise.race([all, sleep(graceMs, undefined, { ref: false })]);
      stopped.abort();
      await all;
      await recorder.stop();
      if (unsent.length > 0)
        await giveBack(ctx, unsent).catch((error: unknown) => ctx.log.warn({ err: error }, 'leases not given back'));
    },
  };
}
