import type { Database } from '@drippulse/db';
import { startLoop } from '@drippulse/loops';
import type { Logger } from '@drippulse/observability';
import { sql } from 'kysely';
import type { BatchOutcome, ReceivedBatch, Subscription } from '../transport.ts';
import type { Wakeups } from '../wakeups.ts';
import { createMembership } from './membership.ts';
import { commitOffsets, type Progress, readUnread, type Unread } from './read.ts';
import { partitionCount } from './tables.ts';

/**
 * Reads the partitions that this member of the group leases. A read takes one batch of each partition, and the batches
 * are handled concurrently. One loop renews the leases, so that no lease ends during a long batch; the other loop
 * reads.
 */
export function startEmbeddedSubscription(options: {
  db: Database<unknown>;
  topic: string;
  group: string;
  leaseMs: number;
  wakeups: Wakeups;
  log: Logger;
  onBatch(batch: ReceivedBatch): Promise<BatchOutcome>;
}): Subscription {
  const { db, topic, group, leaseMs, wakeups, log, onBatch } = options;
  // A late renewal loses nothing by itself: a lease that ended is valid until another member takes it.
  const renewEveryMs = leaseMs / 2;
  const membership = createMembership(db, { group, topic, leaseMs });
  const position = { group, topic, member: membership.member };
  const groupName = `group ${group} ${topic}`;
  const pausedUntilMs = new Map<number, number>();
  let isJoined = false;

  async function keepLeases(): Promise<number> {
    if (!isJoined) await createGroup(db, group, topic);
    const hasTaken = await membership.renew();
    const isNew = !isJoined;
    isJoined = true;
    // This member has more partitions than before, so the share of the other members may be smaller.
    if (isNew || hasTaken) wakeups.wake(groupName);
    // This member may have to release partitions, or may read new ones.
    if (hasTaken || membership.exceeds()) reading.wake();
    return renewEveryMs;
  }

  async function read(): Promise<number | undefined> {
    // The other members may take the partitions that were released.
    if (await membership.shed()) wakeups.wake(groupName);
    const nowMs = performance.now();
    const ready = [...membership.leased].filter((partition) => (pausedUntilMs.get(partition) ?? 0) <= nowMs);
    const unread = ready.length > 0 ? await readUnread(db, position, ready) : [];
    if (unread.length === 0) return resumesIn(nowMs);
    await handleAll(unread);
    return 0;
  }

  /** Commits the offsets of the partitions that were handled, even if the handling of other partitions failed. */
  async function handleAll(unread: readonly Unread[]): Promise<void> {
    const outcomes = await Promise.allSettled(unread.map(handle));
    const progress = outcomes.flatMap((outcome) => (outcome.status === 'fulfilled' ? (outcome.value ?? []) : []));
    const committed = await commitOffsets(db, position, progress);
    for (const { partition } of progress) {
      if (!committed.has(partition)) log.warn({ topic, group, partition }, 'partition was taken over during a batch');
    }
    for (const outcome of outcomes) if (outcome.status === 'rejected') throw outcome.reason;
  }

  async function handle({ partition, fence, head, messages }: Unread): Promise<Progress | undefined> {
    // Messages that are missing below the head were deleted because they were older than the retention time.
    if (messages.length === 0) return { partition, fence, nextOffset: head };
    const outcome = await onBatch({ partition, messages });
    if (outcome.retryAfterMs !== undefined) {
      pausedUntilMs.set(partition, performance.now() + outcome.retryAfterMs);
    }
    const lastDone = messages[outcome.done - 1];
    return lastDone && { partition, fence, nextOffset: lastDone.offset + 1n };
  }

  /**
   * Returns the milliseconds until the next paused partition resumes; undefined if none is paused. `nowMs` is the time
   * at which the ready partitions were chosen. A pause that has ended since then gives a negative time.
   */
  function resumesIn(nowMs: number): number | undefined {
    const resumes = [...pausedUntilMs.values()].filter((untilMs) => untilMs > nowMs);
    return resumes.length > 0 ? Math.min(...resumes) - performance.now() : undefined;
  }

  const reading = startLoop({ name: `events of ${groupName}`, log, run: read });
  const leasing = startLoop({ name: `leases of ${groupName}`, log, run: keepLeases, maxIdleMs: renewEveryMs });
  const unlisten = [wakeups.on(`topic ${topic}`, reading.wake), wakeups.on(groupName, leasing.wake)];
  return {
    async stop() {
      for (const stopListening of unlisten) stopListening();
      await reading.stop();
      await leasing.stop();
      await membership.leave();
      wakeups.wake(groupName);
    },
  };
}

/** Creates a group, which starts at the oldest kept message. */
async function createGroup(db: Database<unknown>, group: string, topic: string): Promise<void> {
  await sql`
    insert into group_partitions (group_name, topic, partition)
    select ${group}, ${topic}, partition from generate_series(0, ${partitionCount - 1}) as partition
    on conflict do nothing
  `.execute(db.kysely);
}
