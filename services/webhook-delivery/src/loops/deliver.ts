import { setTimeout as sleep } from 'node:timers/promises';
import { startLoop } from '@drippulse/loops';
import type { Context } from '../context.ts';
import type { Claimed } from '../deliveries/claimed.ts';
import { createConcurrency } from '../lanes/concurrency.ts';
import { claim } from '../sending/claim.ts';
import { nextDueInMs } from '../sending/due-lanes.ts';
import { giveBack } from '../sending/give-back.ts';
import { send } from '../sending/send.ts';
import { startRecorder } from './record.ts';

/** Maximum number of requests in flight in one process. */
export const maxInFlight = 1024;
/** Time for requests in flight to end when the service stops. */
const graceMs = 2_000;
/** Pause when lanes are due but no lane could be claimed, because other processes have locked them. */
const contendedMs = 50;

export type Delivering = {
  /** Claims immediately, without first checking whether a lane is due. */
  wake(): void;
  stop(): Promise<void>;
};

/** Sends due deliveries. */
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
    // No place is free. The first recorded result frees a place and wakes this loop.
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
