import type { Database } from '@drippulse/db';
import type { Logger } from '@drippulse/observability';
import { startLoop } from '@drippulse/runtime';
import { sql } from 'kysely';
import type { BatchOutcome, ReceivedBatch, Subscription } from '../transport.ts';
import type { Wakeups } from '../wakeups.ts';
import { createMembership } from './membership.ts';
import { type Backlog, commitOffset, readBacklogs, readMessages } from './read.ts';
import { partitionCount } from './tables.ts';

/**
 * Reads the partitions that this member of the group holds, one batch at a time. One loop keeps the leases, so that a
 * long batch costs none; the other reads.
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
  const membership = createMembership(db, { group, topic, leaseMs });
  const position = { group, topic, member: membership.member };
  const groupName = `group ${group} ${topic}`;
  const pausedUntilMs = new Map<number, number>();
  let isJoined = false;
  let busy: number | undefined;

  async function keepLeases(): Promise<number> {
    if (!isJoined) await createGroup(db, group, topic);
    const hasChanged = await membership.balance(busy);
    if (!isJoined || hasChanged) {
      // Others may have a smaller share now, or something to take.
      wakeups.wake(groupName);
      reading.wake();
    }
    isJoined = true;
    return leaseMs / 3;
  }

  async function read(signal: AbortSignal): Promise<number | undefined> {
    const nowMs = performance.now();
    const ready = [...membership.held].filter((partition) => (pausedUntilMs.get(partition) ?? 0) <= nowMs);
    const backlogs = ready.length > 0 ? await readBacklogs(db, position, ready) : [];
    for (const backlog of backlogs) {
      if (signal.aborted) return undefined;
      if (!membership.held.has(backlog.partition)) continue;
      busy = backlog.partition;
      try {
        await readPartition(backlog);
      } finally {
        busy = undefined;
      }
    }
    return backlogs.length > 0 ? 0 : resumesIn(nowMs);
  }

  async function readPartition(backlog: Backlog): Promise<void> {
    const messages = await readMessages(db, topic, backlog);
    const last = messages.at(-1);
    if (last === undefined) {
      // Messages below the head that are not there were kept for long enough.
      await commitOffset(db, position, backlog, backlog.head);
      return;
    }
    const outcome = await onBatch({ partition: backlog.partition, messages });
    if (outcome.retryAfterMs !== undefined) {
      pausedUntilMs.set(backlog.partition, performance.now() + outcome.retryAfterMs);
    }
    const lastDone = messages[outcome.done - 1];
    if (lastDone === undefined) return;
    if (!(await commitOffset(db, position, backlog, lastDone.offset + 1n))) {
      log.warn({ topic, group, partition: backlog.partition }, 'partition was taken over during a batch');
    }
  }

  /** Counted from when the partitions were looked at: a pause that ended since is over now, not in a second. */
  function resumesIn(nowMs: number): number | undefined {
    const resumes = [...pausedUntilMs.values()].filter((untilMs) => untilMs > nowMs);
    return resumes.length > 0 ? Math.min(...resumes) - performance.now() : undefined;
  }

  const reading = startLoop({ name: `events of ${groupName}`, log, run: read });
  const leasing = startLoop({ name: `leases of ${groupName}`, log, run: keepLeases, maxIdleMs: leaseMs / 3 });
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

/** A group that is new starts at the oldest message kept. */
async function createGroup(db: Database<unknown>, group: string, topic: string): Promise<void> {
  await sql`
    insert into group_partitions (group_name, topic, partition)
    select ${group}, ${topic}, partition from generate_series(0, ${partitionCount - 1}) as partition
    on conflict do nothing
  `.execute(db.kysely);
}
