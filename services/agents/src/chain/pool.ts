import { setTimeout as sleep } from 'node:timers/promises';
import { isInfrastructureError } from '@drippulse/db';
import { type Loop, startLoop } from '@drippulse/loops';
import type { Context } from '../context.ts';
import { type Claimed, claim, giveBack, limits, nextDueMs, renewLeases, type Usage } from './claim.ts';
import { drive } from './drive.ts';
import { openLanes } from './in-lanes.ts';
import { driveModel } from './model/drive.ts';

const stopWithinMs = 10_000;
/**
 * Minimum pause between polls. Executions wait slightly longer because of the pause, but frequent polls would burden
 * the database.
 */
const leastPauseMs = 100;

type Out = { claimed: Claimed; done: Promise<void> };

/** Works on due executions, up to a limit at a time. Organizations and destinations take turns. */
export function startExecutions(ctx: Context): Loop {
  const out = new Map<bigint, Out>();
  const stopping = new AbortController();
  const lanes = openLanes(ctx);
  const claiming = startLoop({
    name: 'run executions',
    log: ctx.log,
    async run() {
      const room = limits.total - out.size;
      // No further execution fits. The loop is woken when an execution ends.
      if (room <= 0) return undefined;
      const claimed = await claim(ctx, usageOf(out), room);
      for (const one of claimed) start(one);
      if (claimed.length > 0) return leastPauseMs;
      // The due executions that were not claimed wait for room. The end of another execution wakes the loop.
      const nextMs = await nextDueMs(ctx);
      return nextMs === undefined ? undefined : Math.max(leastPauseMs, nextMs);
    },
  });
  const renewing = startLoop({
    name: 'renew leases of executions',
    log: ctx.log,
    maxIdleMs: ctx.config.leaseMs / 3,
    async run() {
      await renewLeases(
        ctx,
        [...out.values()].map(({ claimed }) => claimed),
      );
      return undefined;
    },
  });

  function start(claimed: Claimed): void {
    const run = claimed.work === 'llm' ? driveModel : drive;
    const done = run(ctx, lanes, claimed, stopping.signal)
      .catch((error: unknown) => {
        // A process tries the execution again after the lease expires.
        if (!isInfrastructureError(error) && !stopping.signal.aborted) {
          ctx.log.error({ err: error, execution_id: String(claimed.id) }, 'an execution could not go on');
        }
      })
      .finally(() => {
        // A newer drive of the same execution may have replaced this entry, and the newer lease must still be renewed.
        if (out.get(claimed.id)?.claimed === claimed) out.delete(claimed.id);
        claiming.wake();
      });
    out.set(claimed.id, { claimed, done });
  }

  return {
    wake: () => claiming.wake(),
    async stop() {
      await claiming.stop();
      await Promise.race([
        Promise.all([...out.values()].map(({ done }) => done)),
        sleep(stopWithinMs, undefined, { ref: false }),
      ]);
      stopping.abort();
      const left = [...out.values()];
      await Promise.all(left.map(({ done }) => done));
      await renewing.stop();
      await giveBack(
        ctx,
        left.map(({ claimed }) => claimed),
      ).catch(() => undefined);
    },
  };
}

function usageOf(out: ReadonlyMap<bigint, Out>): Usage[] {
  const groups = Map.groupBy(out.values(), ({ claimed }) => `${claimed.organization_id} ${claimed.destination}`);
  return [...groups.values()].flatMap((group) => {
    const [first] = group;
    if (first === undefined) return [];
    const { organization_id: organizationId, destination } = first.claimed;
    return [{ organization_id: String(organizationId), destination, used: group.length }];
  });
}
