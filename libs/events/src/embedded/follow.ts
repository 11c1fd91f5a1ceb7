import type { Database } from '@drippulse/db';
import { startLoop } from '@drippulse/loops';
import type { Logger } from '@drippulse/observability';
import { sql } from 'kysely';
import type { Following, Subscription } from '../transport.ts';
import type { Wakeups } from '../wakeups.ts';
import { readFrom } from './read.ts';

/**
 * Maximum number of a partition's latest rows that are searched for the start position. Followed topics have few rows.
 */
const mostRowsBack = 5000;

/** Reads a topic in this process only. The position in each partition is kept in memory. */
export function startEmbeddedFollower(
  options: Following & {
    db: Database<unknown>;
    wakeups: Wakeups;
    log: Logger;
    ensureTopic(): Promise<void>;
  },
): Subscription {
  const { db, topic, sinceMs, wakeups, log, ensureTopic, onStart, onMessage } = options;
  let positions: Map<number, bigint> | undefined;

  async function read(signal: AbortSignal): Promise<undefined> {
    if (positions === undefined) {
      await ensureTopic();
      positions = await startPositions(db, topic, sinceMs);
      onStart(new Map(positions));
    }
    for (const [partition, head] of await headsOf(db, topic)) {
      let from = positions.get(partition) ?? 0n;
      while (from < head && !signal.aborted) {
        const messages = await readFrom(db, topic, partition, from);
        for (const message of messages) onMessage(message);
        // Messages that are missing below the head were deleted because they were older than the retention time.
        from = (messages.at(-1)?.offset ?? head - 1n) + 1n;
        positions.set(partition, from);
      }
    }
  }

  const reading = startLoop({ name: `follower of ${topic}`, log, run: read });
  const unlisten = wakeups.on(`topic ${topic}`, reading.wake);
  return {
    async stop() {
      unlisten();
      await reading.stop();
    },
  };
}

async function headsOf(db: Database<unknown>, topic: string): Promise<Map<number, bigint>> {
  const { rows } = await sql<{ partition: number; next_offset: bigint }>`
    select partition, next_offset from topic_partitions where topic = ${topic}`.execute(db.kysely);
  return new Map(rows.map((row) => [row.partition, row.next_offset]));
}

/**
 * Finds in each partition the first message of the last `sinceMs`. If a partition has no such message, reading starts
 * at the next message that arrives.
 */
async function startPositions(db: Database<unknown>, topic: string, sinceMs: number): Promise<Map<number, bigint>> {
  const { rows } = await sql<{ partition: number; first: bigint }>`
    select head.partition, coalesce(recent.first, head.next_offset) as first
    from topic_partitions as head
    cross join lateral (
      select min(latest."offset" - latest.messages + 1) as first
      from (
        select "offset", messages, created_at from embedded_log
        where topic = head.topic and partition = head.partition
        order by "offset" desc limit ${mostRowsBack}
      ) as latest
      where latest.created_at > now() - ${sinceMs} * interval '1 millisecond'
    ) as recent
    where head.topic = ${topic}
  `.execute(db.kysely);
  return new Map(rows.map((row) => [row.partition, row.first]));
}
