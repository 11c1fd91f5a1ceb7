import { startLoop, withTimeout } from '@drippulse/loops';
import type { Logger } from '@drippulse/observability';
import type { Consumer, EachBatchPayload, Kafka } from 'kafkajs';
import type { BatchOutcome, ReceivedBatch, Subscription } from '../transport.ts';
import { endlessRetry } from './client.ts';
import { batchesOf } from './messages.ts';

/** Milliseconds before another consumer reads the partitions of a consumer that died. */
const sessionTimeoutMs = 10_000;
const heartbeatMs = 2000;
/**
 * Maximum number of milliseconds that a fetch waits. A partition whose pause has ended may have to wait this long for
 * the current fetch of other partitions.
 */
const fetchWaitMs = 500;
const stopTimeoutMs = 10_000;
/**
 * Maximum number of attempts to join a group while the broker responds. After that, only a restart is likely to help.
 */
const mostFailedJoins = 5;
/**
 * Number of batches of one fetch that are handled concurrently. A topic has eight partitions unless it was created with
 * more.
 */
const partitionsConsumedConcurrently = 8;

/**
 * Returns the id of the group for a topic. kafkajs shares partitions as if all members of a group read the same topics,
 * so each topic has its own group.
 */
export function groupIdOf(topic: string, group: string): string {
  return `${group}.${topic}`;
}

/**
 * A member of a consumer group. `isHealthy` is false while its consumer has ended and could not be replaced although
 * the broker responds. If the broker is unavailable, `isHealthy` stays true, because a restart would not help.
 */
export type KafkaSubscription = Subscription & { isHealthy(): boolean };

/**
 * Consumes a topic with kafkajs. Tries to connect in the background until the broker responds, and replaces a consumer
 * that kafkajs has stopped for good.
 */
export function startKafkaSubscription(options: {
  kafka: Kafka;
  topic: string;
  group: string;
  log: Logger;
  ensureTopic(): Promise<void>;
  onBatch(batch: ReceivedBatch): Promise<BatchOutcome>;
}): KafkaSubscription {
  const { kafka, topic, group, log, ensureTopic, onBatch } = options;
  const resumeTimers = new Set<NodeJS.Timeout>();
  let consumer: Consumer | undefined;
  let isRunning = false;
  let failedJoins = 0;

  /**
   * Connects, unless the consumer is running. The loop calls it until it succeeds, and again when the consumer has
   * crashed.
   */
  async function connect(signal: AbortSignal): Promise<undefined> {
    if (isRunning) return;
    // This call fails after a few seconds when no broker responds. It is made first, because the retries of kafkajs
    // itself cannot be stopped.
    await ensureTopic();
    signal.throwIfAborted();
    await disconnect();
    const joining = createConsumer();
    await joining.connect();
    failedJoins += 1;
    await joining.subscribe({ topic, fromBeginning: true });
    await joining.run({ autoCommit: false, eachBatchAutoResolve: false, partitionsConsumedConcurrently, eachBatch });
    isRunning = true;
    failedJoins = 0;
  }

  function createConsumer(): Consumer {
    const created = kafka.consumer({
      groupId: groupIdOf(topic, group),
      retry: endlessRetry,
      sessionTimeout: sessionTimeoutMs,
      heartbeatInterval: heartbeatMs,
      maxWaitTimeInMs: fetchWaitMs,
      allowAutoTopicCreation: false,
    });
    created.on(created.events.CRASH, ({ payload }) => {
      log.error({ err: payload.error, topic, group, restarts: payload.restart }, 'Kafka consumer crashed');
      if (payload.restart || consumer !== created) return;
      isRunning = false;
      connecting.wake();
    });
    consumer = created;
    return created;
  }

  async function eachBatch(payload: EachBatchPayload): Promise<void> {
    const { partition, messages: fetched } = payload.batch;
    for (const messages of batchesOf(partition, fetched)) {
      if (!payload.isRunning() || payload.isStale()) return;
      const outcome = await whileBeating(payload, () => onBatch({ partition, messages }));
      const lastDone = messages[outcome.done - 1];
      if (lastDone !== undefined) await commit(payload, lastDone.offset);
      if (outcome.retryAfterMs !== undefined) {
        resumeLater(payload.pause(), outcome.retryAfterMs);
        return;
      }
      await payload.heartbeat();
    }
  }

  async function commit(payload: EachBatchPayload, offset: bigint): Promise<void> {
    payload.resolveOffset(String(offset));
    const partitions = [{ partition: payload.batch.partition, offset: String(offset + 1n) }];
    await payload.commitOffsetsIfNecessary({ topics: [{ topic, partitions }] });
  }

  function resumeLater(resume: () => void, delayMs: number): void {
    const timer = setTimeout(() => {
      resumeTimers.delete(timer);
      resume();
    }, delayMs);
    resumeTimers.add(timer);
  }

  async function disconnect(): Promise<void> {
    const leaving = consumer;
    consumer = undefined;
    for (const timer of resumeTimers) clearTimeout(timer);
    resumeTimers.clear();
    if (leaving !== undefined) await inTime(leaving.disconnect());
  }

  /** Waits for a consumer to leave its group, for a limited time. */
  async function inTime(leaving: Promise<void>): Promise<void> {
    await withTimeout(leaving, stopTimeoutMs, 'Leaving the group').catch((error: unknown) =>
      log.warn({ err: error, topic, group }, 'Kafka consumer did not stop cleanly'),
    );
  }

  const connecting = startLoop({ name: `consumer ${group} of ${topic}`, log, maxIdleMs: 60_000, run: connect });
  return {
    isHealthy: () => failedJoins < mostFailedJoins,
    // A consumer that joins a group waits for all its members, up to a minute, and kafkajs cannot abort this.
    stop: () => inTime(connecting.stop().then(disconnect)),
  };
}

/** Sends heartbeats while a batch is handled, to stay in the group. The next commit or heartbeat shows a rebalance. */
async function whileBeating<T>(payload: EachBatchPayload, work: () => Promise<T>): Promise<T> {
  const timer = setInterval(() => {
    payload.heartbeat().catch(() => undefined);
  }, heartbeatMs);
  try {
    return await work();
  } finally {
    clearInterval(timer);
  }
}
