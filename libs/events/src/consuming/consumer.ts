import type { DescMessage } from '@bufbuild/protobuf';
import type { Database } from '@drippulse/db';
import { startLoop } from '@drippulse/loops';
import type { Logger, Metrics } from '@drippulse/observability';
import type { Topic } from '../topic.ts';
import type { EventTransport } from '../transport.ts';
import { createBatchHandler } from './batches.ts';
import { createDeadLetters } from './dead-letters.ts';
import type { ConsumedEvent } from './decode.ts';
import { pruneInbox } from './inbox.ts';
import { consumingMetrics } from './metrics.ts';

/** A running consumer. */
export type Consumer = {
  /** Begins `stop`, and does not wait for it. So the consumers of a process leave their groups together. */
  beginStop(): void;
  /** Ends the consumer after the batch in progress, and leaves the group. */
  stop(): Promise<void>;
};

const pruneEveryMs = 60 * 60_000;
const countLagEveryMs = 10_000;
/** The interval between counts of the lag while the lag is 0. */
const countNoLagEveryMs = 30_000;

/**
 * Handles the events of a topic at least once, in batches, one batch at a time, and the events of a partition in order.
 * When `handle` resolves, the effects of all its events are committed. When it rejects, the events are delivered again,
 * possibly in different batches. Infrastructure errors, including unavailable peers, are retried indefinitely. After
 * any other error the batch is split to find the event that fails. That event gets 10 attempts within 5 minutes and is
 * then sent to `<topic>.dead` with the reason. An event that cannot be decoded is sent to `<topic>.dead` immediately.
 * While an event is retried, its partition waits; other partitions continue.
 */
export async function startConsumer<D extends DescMessage, DB>(options: {
  transport: EventTransport;
  topic: Topic<D>;
  /** Consumers of one group share the partitions. The name must never change between releases. */
  group: string;
  db: Database<DB>;
  log: Logger;
  metrics: Metrics;
  handle(batch: readonly ConsumedEvent<D>[]): Promise<void>;
  /** Milliseconds before the second try, doubled after each further failure. Default 100. */
  retryMs?: number;
}): Promise<Consumer> {
  const { transport, topic, group, db, retryMs, handle } = options;
  const log = options.log.child({ topic: topic.name, group });
  const metrics = consumingMetrics(options.metrics, { topic: topic.name, group });
  const deadLetters = createDeadLetters({ transport, topic: topic.name, group, log });
  const onBatch = createBatchHandler({ topic, log, metrics, deadLetters, retryMs, handle });
  const subscription = await transport.consume({ topic: topic.name, group, onBatch });
  const pruning = startLoop({
    name: `inbox of ${group}`,
    log,
    maxIdleMs: pruneEveryMs,
    run: (signal) => pruneInbox(db, group, signal),
  });
  const counting = startLoop({
    name: `lag of ${group} ${topic.name}`,
    log,
    maxIdleMs: countNoLagEveryMs,
    async run() {
      const lag = await transport.lag(topic.name, group);
      metrics.lagCounted(lag);
      return [...lag.values()].some((events) => events > 0) ? countLagEveryMs : countNoLagEveryMs;
    },
  });
  let stopping: Promise<void> | undefined;
  async function end(): Promise<void> {
    await Promise.all([subscription.stop(), pruning.stop(), counting.stop()]);
    await deadLetters.close();
  }
  function stop(): Promise<void> {
    stopping ??= end();
    return stopping;
  }
  return {
    // `stop` rethrows a failure, which must not end the process before that.
    beginStop: () => void stop().catch(() => undefined),
    stop,
  };
}
