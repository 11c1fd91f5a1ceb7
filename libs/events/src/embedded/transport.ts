import { connectDatabase, type Database } from '@drippulse/db';
import { type Loop, startLoop } from '@drippulse/loops';
import type { Logger } from '@drippulse/observability';
import { sql } from 'kysely';
import type { EventTransport, Subscription } from '../transport.ts';
import { startWakeups, type Wakeups } from '../wakeups.ts';
import { startEmbeddedFollower } from './follow.ts';
import { createEmbeddedProducer } from './producer.ts';
import { countLag, readTopic } from './read.ts';
import { deleteOldMessages } from './retention.ts';
import { startEmbeddedSubscription } from './subscription.ts';
import { defaultSchema, partitionCount } from './tables.ts';

const defaultLeaseMs = 6000;
const pruneEveryMs = 60 * 60_000;

/**
 * Creates the transport in PostgreSQL, for an installation without Kafka, with the same topics, partitions, groups and
 * offsets. Messages are kept for 7 days. `url` is for the role that owns the schema; apply `migrateEmbeddedTransport`
 * first.
 */
export function createEmbeddedTransport(options: {
  url: string;
  schema?: string;
  log: Logger;
  /** Milliseconds before another consumer takes the partitions of a consumer that died. Default 6,000. */
  leaseMs?: number;
}): EventTransport {
  const { url, schema = defaultSchema, log, leaseMs = defaultLeaseMs } = options;
  const db: Database<unknown> = connectDatabase({ url, schema, service: 'events', log });
  const wakeups: Wakeups = startWakeups(db, `${schema}_wakeups`, log);
  const subscriptions = new Set<Subscription>();
  let retention: Loop | undefined;

  async function ensureTopics(topics: readonly string[]): Promise<void> {
    await sql`
      insert into topic_partitions (topic, partition)
      select topic, partition from unnest(${topics}::text[]) as topic, generate_series(0, ${partitionCount - 1}) as partition
      on conflict do nothing
    `.execute(db.kysely);
  }

  /** Registers a subscription, so that it is stopped with the transport unless it was stopped earlier. */
  function keep(subscription: Subscription): Subscription {
    subscriptions.add(subscription);
    return {
      async stop() {
        if (subscriptions.delete(subscription)) await subscription.stop();
      },
    };
  }

  return {
    // Only this process has the role that can write the log. It runs every service, and has all signing keys.
    isPrivate: true,
    ensureTopics,
    read: (topic, onMessage) => readTopic(db, topic, onMessage),
    lag: (topic, group) => countLag(db, topic, group),
    async createProducer() {
      return createEmbeddedProducer(db, (topic) => wakeups.wake(`topic ${topic}`));
    },
    async consume({ topic, group, onBatch }) {
      const subscription = keep(startEmbeddedSubscription({ db, topic, group, leaseMs, wakeups, log, onBatch }));
      retention ??= startLoop({
        name: 'event retention',
        log,
        maxIdleMs: pruneEveryMs,
        run: (signal) => deleteOldMessages(db, signal),
      });
      return subscription;
    },
    async follow(following) {
      const ensureTopic = () => ensureTopics([following.topic]);
      return keep(startEmbeddedFollower({ ...following, db, wakeups, log, ensureTopic }));
    },
    healthy: () => true,
    async close() {
      await Promise.all([...subscriptions].map((subscription) => subscription.stop()));
      subscriptions.clear();
      await retention?.stop();
      await wakeups.stop();
      await db.close();
    },
  };
}
