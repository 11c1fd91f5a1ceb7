import type { DescMessage } from '@bufbuild/protobuf';
import { type Database, isInfrastructureError } from '@drippulse/db';
import type { Logger, Metrics } from '@drippulse/observability';
import { startLoop } from '@drippulse/runtime';
import { createDeadLetters } from './dead-letters.ts';
import { type ConsumedEvent, type Decoded, decodeEvent } from './decode.ts';
import { handleUpToFailure } from './handle.ts';
import { pruneInbox } from './inbox.ts';
import { eventMetrics } from './metrics.ts';
import { createRetries } from './retries.ts';
import type { Topic } from './topic.ts';
import type { BatchOutcome, EventTransport, ReceivedBatch } from './transport.ts';

/** A running consumer. */
export type Consumer = {
  /** Ends after the batch in progress and leaves the group. */
  stop(): Promise<void>;
};

const pruneEveryMs = 60 * 60_000;

/**
 * Handles the events of a topic in batches of one partition, at least once: when `handle` resolves, the effects of all
 * events it was given are committed; when it rejects, they are given again, in whatever batches. Infrastructure errors,
 * peers that are unavailable included, are tried again without end. After anything else the batch is split to find the
 * event that fails; it gets 10 tries within 5 minutes and then goes to `<topic>.dead` with its reason, as one that can't
 * be decoded does at once. Meanwhile its partition waits and the others go on.
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
  const { transport, topic, group, db, handle } = options;
  const log = options.log.child({ topic: topic.name, group });
  const metrics = eventMetrics(options.metrics);
  const retries = createRetries(options.retryMs);
  const deadLetters = createDeadLetters({ transport, topic: topic.name, group, log });

  async function onBatch(batch: ReceivedBatch): Promise<BatchOutcome> {
    const decoded = batch.messages.map((message) => decodeEvent(topic, message));
    const outcome = await handleBatch(batch.partition, decoded);
    const behind = batch.lag + decoded.length - outcome.done;
    metrics.lag.set({ topic: topic.name, group, partition: batch.partition }, behind);
    return outcome;
  }

  async function handleBatch(partition: number, batch: readonly Decoded<D>[]): Promise<BatchOutcome> {
    let done = 0;
    for (;;) {
      const first = batch[done];
      if (first === undefined) break;
      const handled = await handleNext(partition, batch.slice(done), first);
      done += handled.done;
      if (handled.error === undefined) continue;
      const failed = batch[done] ?? first;
      const retryAfterMs = await retryOrGiveUp(partition, failed, handled.error);
      if (retryAfterMs !== undefined) return { done, retryAfterMs };
      done += 1;
    }
    retries.succeeded(partition);
    return { done };
  }

  /** The next event alone when it failed before, so that the ones behind it are not handled again for its sake. */
  async function handleNext(partition: number, rest: readonly Decoded<D>[], first: Decoded<D>) {
    if ('problem' in first) return { done: 0, error: first.problem };
    const alone = retries.isSuspect(partition, first.received.offset);
    const undecodable = rest.findIndex((item) => 'problem' in item);
    const end = alone ? 1 : undecodable < 0 ? rest.length : undecodable;
    const events = rest.slice(0, end).flatMap((item) => ('event' in item ? [item.event] : []));
    const handled = await handleUpToFailure(events, handle);
    metrics.consumed.inc({ topic: topic.name, group }, handled.done);
    return handled;
  }

  /** How long to wait before the next try, or undefined once the event is on the dead-letter topic. */
  async function retryOrGiveUp(partition: number, failed: Decoded<D>, error: unknown): Promise<number | undefined> {
    const { offset } = failed.received;
    const isInfrastructure = isInfrastructureError(error);
    const retry = retries.failed(partition, offset, isInfrastructure ? 'infrastructure' : 'event');
    if (!retry.isExhausted && !('problem' in failed)) {
      const fields = { err: error, partition, offset: String(offset), try: retry.tries };
      if (retry.tries === 1) log.warn(fields, 'event not handled, trying again');
      return retry.delayMs;
    }
    try {
      await deadLetters.send(failed.received, error, retry.tries);
    } catch (cause) {
      log.warn({ err: cause, partition, offset: String(offset) }, 'dead letter not stored, trying again');
      return retry.delayMs;
    }
    metrics.deadLettered.inc({ topic: topic.name, group });
    log.error({ err: error, partition, offset: String(offset), tries: retry.tries }, 'event dead-lettered');
    return undefined;
  }

  const subscription = await transport.consume({ topic: topic.name, group, onBatch });
  const pruning = startLoop({
    name: `inbox of ${group}`,
    log,
    maxIdleMs: pruneEveryMs,
    run: (signal) => pruneInbox(db, group, signal),
  });
  return {
    async stop() {
      await Promise.all([subscription.stop(), pruning.stop()]);
      await deadLetters.close();
    },
  };
}
