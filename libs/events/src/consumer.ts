import type { DescMessage } from '@bufbuild/protobuf';
import type { Database } from '@drippulse/db';
import { startLoop } from '@drippulse/loops';
import type { Logger, Metrics } from '@drippulse/observability';
import { createBatchHandler } from './batches.ts';
import { createDeadLetters } from './dead-letters.ts';
import type { ConsumedEvent } from './decode.ts';
import { pruneInbox } from './inbox.ts';
import { consumingMetrics } from './metrics.ts';
import type { Topic } from './topic.ts';
import type { EventTransport } from './transport.ts';

/** A running consumer. */
export type Consumer = {
  /** Ends after the batch in progress and leaves the group. */
  stop(): Promise<void>;
};

const pruneEveryMs = 60 * 60_000;
const countLagEveryMs = 10_000;
/** When there was none. */
const countNoLagEveryMs = 30_000;

/**
 * Handles the events of a topic in batches, one at a time, those of a partition in order, at least once: when `handle`
 * resolves, the effects of all events it was given are committed; when it rejects, they are given again, in whatever
 * batches. Infrastructure errors, peers that are unavailable included, are tried again without end. After anything else
 * the batch is split to find the event that fails; it gets 10 tries within 5 minutes and then goes to `<topic>.dead` with
 * its reason, as one that can't be decoded does at once. Meanwhile its partition waits and the others go on.
 */
export async function startConsumer<D extends DescMessage, DB>(options: {
  transport: EventTransport;
  topic: Topic<D>;
  /** Consumers of one group share the partitions; the name outlives deployments. */
  group: string;
  db: Database<DB>;
  log: Logger;
  metrics: Metrics;
  handle(batch: readonly ConsumedEvent<D>[]): Promise<void>;
  /** Pause after a first failure, doubled after each further one; default 100 ms. */
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
  return {
    async stop() {
      await Promise.all([subscription.stop(), pruning.stop(), counting.stop()]);
      await deadLetters.close();
    },
  };
}
