import { isInfrastructureError } from '@drippulse/db';
import { startLoop } from '@drippulse/loops';
import type { Context } from '../context.ts';
import type { Claimed } from '../deliveries/claimed.ts';
import type { Result } from '../deliveries/results.ts';
import { type LaneChange, settleLanes } from '../lanes/reschedule-lanes.ts';
import { record } from '../sending/record.ts';

const groupSize = 200;

export type Recorder = { push(result: Result): void; stop(): Promise<void> };

/**
 * Records results in groups: results that arrive while one group is committed form the next group. `onRecorded` is
 * called after the commit and frees the place of the delivery. Therefore no new attempts start while the database is
 * unavailable.
 */
export function startRecorder(ctx: Context, onRecorded: (delivery: Claimed, isSuccess: boolean) => void): Recorder {
  let waiting: Result[] = [];
  let recorded: Result[] = [];
  const changes = new Map<bigint, LaneChange>();

  async function run(): Promise<number | undefined> {
    const group = nextGroup(waiting);
    if (group.length > 0) {
      for (const change of await recordGroup(ctx, group)) addChange(change);
      const done = new Set(group);
      waiting = waiting.filter((result) => !done.has(result));
      recorded.push(...group);
    }
    await settle();
    return waiting.length > 0 ? 0 : undefined;
  }

  /**
   * Keeps the later of two changes of a lane. If the later change leaves the circuit unchanged, the change of the
   * circuit is taken from the earlier one.
   */
  function addChange({ webhookId, openUntil = changes.get(webhookId)?.openUntil }: LaneChange): void {
    changes.set(webhookId, { webhookId, openUntil });
  }

  async function settle(): Promise<void> {
    if (recorded.length === 0) return;
    await settleLanes(ctx.db.kysely, [...changes.values()]);
    changes.clear();
    const settled = recorded;
    recorded = [];
    for (const { delivery, attempt } of settled) onRecorded(delivery, attempt.error === undefined);
  }

  const loop = startLoop({ name: 'record webhook attempts', run, log: ctx.log });
  return {
    push(result) {
      waiting.push(result);
      loop.wake();
    },
    async stop() {
      await loop.stop();
      // A result that cannot be recorded now is lost. Its delivery is sent again, with the same webhook-id, after its
      // lease.
      while (waiting.length > 0 || recorded.length > 0) {
        const saved = await run().then(
          () => true,
          (error: unknown) => ctx.log.warn({ err: error, attempts: waiting.length }, 'attempts not recorded'),
        );
        if (saved !== true) return;
      }
    },
  };
}

/**
 * Returns the next results, of different deliveries: a delivery whose lease ended and that was claimed again may have
 * two results.
 */
function nextGroup(waiting: readonly Result[]): Result[] {
  const group = new Map<bigint, Result>();
  for (const result of waiting) {
    if (group.size === groupSize) break;
    if (!group.has(result.delivery.id)) group.set(result.delivery.id, result);
  }
  return [...group.values()];
}

/**
 * Records a group. A result that cannot be recorded must not block others, so it is logged, and its delivery is due
 * after its lease.
 */
async function recordGroup(ctx: Context, group: readonly Result[]): Promise<LaneChange[]> {
  try {
    return await record(ctx, group);
  } catch (error) {
    if (isInfrastructureError(error)) throw error;
    if (group.length === 1) {
      ctx.log.error({ err: error, delivery_id: String(group[0]?.delivery.id) }, 'attempt cannot be recorded');
      return [];
    }
    const changes: LaneChange[] = [];
    for (const result of group) changes.push(...(await recordGroup(ctx, [result])));
    return changes;
  }
}
