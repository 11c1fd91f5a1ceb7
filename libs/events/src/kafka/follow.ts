import { randomUUID } from 'node:crypto';
import { startLoop, withTimeout } from '@drippulse/loops';
import type { Logger } from '@drippulse/observability';
import type { Consumer, EachBatchPayload, Kafka } from 'kafkajs';
import type { Following, Subscription } from '../transport.ts';
import { withAdmin } from './admin.ts';
import { endlessRetry } from './client.ts';
import { receivedMessage } from './messages.ts';

/** Maximum number of milliseconds for which a fetch waits for a message. Stopping may take as long. */
const fetchWaitMs = 1000;
const stopTimeoutMs = 5000;

/**
 * Reads a topic in this process only. kafkajs can read only as a member of a group, so this creates a group with a
 * single member. The group commits nothing, so it disappears with the process. The position in each partition is kept
 * in memory.
 */
export function startKafkaFollower(
  options: Following & { consuming: Kafka; asking: Kafka; log: Logger; ensureTopic(): Promise<void> },
): Subscription {
  const { consuming, asking, topic, sinceMs, log, ensureTopic, onStart, onMessage } = options;
  /** The next offset of each partition; empty until the brokers have first responded. */
  const positions = new Map<number, bigint>();
  let consumer: Consumer | undefined;
  let isRunning = false;

  /**
   * Connects, unless the consumer is running. The loop calls it until it succeeds, and again when the consumer has
   * crashed.
   */
  async function connect(signal: AbortSignal): Promise<undefined> {
    if (isRunning) return;
    await ensureTopic();
    signal.throwIfAborted();
    await disconnect();
    if (positions.size === 0) {
      for (const [partition, offset] of await startPositions(asking, topic, sinceMs)) positions.set(partition, offset);
      onStart(new Map(positions));
    }
    const joining = createConsumer();
    await joining.connect();
    await joining.subscribe({ topic, fromBeginning: false });
    await joining.run({ autoCommit: false, eachBatchAutoResolve: false, eachBatch });
    if (consumer !== joining) throw new Error('The follower crashed while it joined');
    isRunning = true;
  }

  function createConsumer(): Consumer {
    const created = consuming.consumer({
      // Each connection gets a new group, because a broker considers a lost member alive for half a minute.
      groupId: `drippulse-follower-${randomUUID()}`,
      retry: endlessRetry,
      maxWaitTimeInMs: fetchWaitMs,
      allowAutoTopicCreation: false,
    });
    // Positions are set after each join, before the first fetch, because kafkajs would begin at the end of the topic,
    // even when it rejoins by itself.
    created.on(created.events.GROUP_JOIN, () => {
      for (const [partition, offset] of positions) created.seek({ topic, partition, offset: String(offset) });
    });
    created.on(created.events.CRASH, ({ payload }) => {
      log.warn({ err: payload.error, topic }, 'Kafka follower crashed');
      if (payload.restart || consumer !== created) return;
      consumer = undefined;
      isRunning = false;
      connecting.wake();
    });
    consumer = created;
    return created;
  }

  async function eachBatch({ batch, resolveOffset, heartbeat }: EachBatchPayload): Promise<void> {
    for (const message of batch.messages) {
      const received = receivedMessage(batch.partition, message);
      resolveOffset(message.offset);
      if (received.offset < (positions.get(batch.partition) ?? 0n)) continue;
      positions.set(batch.partition, received.offset + 1n);
      onMessage(received);
    }
    await heartbeat();
  }

  async function disconnect(): Promise<void> {
    const leaving = consumer;
    consumer = undefined;
    if (leaving !== undefined) await inTime(leaving.disconnect());
  }

  /** Waits for a follower to end, for a limited time. */
  async function inTime(leaving: Promise<void>): Promise<void> {
    await withTimeout(leaving, stopTimeoutMs, 'Leaving the group').catch((error: unknown) =>
      log.warn({ err: error, topic }, 'Kafka follower did not stop cleanly'),
    );
  }

  const connecting = startLoop({ name: `follower of ${topic}`, log, maxIdleMs: 60_000, run: connect });
  return {
    stop: () => inTime(connecting.stop().then(disconnect)),
  };
}

/**
 * Finds in each partition the first message of the last `sinceMs`. If a partition has no such message, reading starts
 * at the next message that arrives.
 */
async function startPositions(kafka: Kafka, topic: string, sinceMs: number): Promise<Map<number, bigint>> {
  return withAdmin(kafka, async (admin) => {
    const offsets = await admin.fetchTopicOffsetsByTimestamp(topic, Date.now() - sinceMs);
    return new Map(offsets.map(({ partition, offset }) => [partition, BigInt(offset)]));
  });
}
