import { isInfrastructureError } from '@drippulse/db';
import { startLoop } from '@drippulse/loops';
import type { Context } from '../context.ts';
import type { Claimed } from '../deliveries/claim.ts';
import { type Result, record } from '../deliveries/record.ts';
import { type LaneChange, settleLanes } from '../endpoints/lanes.ts';

const groupSize = 200;

export type Recorder = { push(result: Result): void; stop(): Promise<void> };

/**
 * Records results in groups: those that come while one group is being committed are the next. `onRecorded` is called for
 * each, so that its place is free only then; a database that is away stops new attempts after those under way.
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

  /** The later of two changes counts, unless it leaves things as they are. */
  function addChange({ webhookId, openUntil = changes.get(webhookId)?.openUntil }: LaneChange): void {
    changes.set(webhookId, { webhookId, openUntil });
  }

  async function settle(): Promise<void> {
    if (recorded.length === 0) return;
    await settleLanes(ctx, [...changes.values()]);
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
      // What can't be recorded now is sent again, with the same webhook-id, when its lease ends.
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

/** The next results of different deliveries: a delivery that was lost and claimed again may have two. */
function nextGroup(waiting: readonly Result[]): Result[] {
  const group = new Map<bigint, Result>();
  for (const result of waiting) {
    if (group.size === groupSize) break;
    if (!group.has(result.delivery.id)) group.set(result.delivery.id, result);
  }
  return [...group.values()];
}

/** One result that can't be recorded must not hold up the others: it is logged, and its delivery is due after its lease. */
async function recordGroup(ctx: Context, group: readonly Result[]): Promise<LaneChange[]> {
  try {
    return await record(ctx, group);
  } catch (error) {
    if (isInfrastructureError(error)) throw error;
    if (group.length === 1) {
      ctx.log.error({ err: error, delivery_id: String(group[0]?.delivery.id) }, 'attempt can not be recorded');
      return [];
    }
    const changes: LaneChange[] = [];
    for (const result of group) changes.push(...(await recordGroup(ctx, [result])));
    return changes;
  }
}
