import type { DescMessage } from '@bufbuild/protobuf';
import { isInfrastructureError } from '@drippulse/db';
import { type Logger, type Step, startStep } from '@drippulse/observability';
import type { Topic } from '../topic.ts';
import type { BatchOutcome, ReceivedBatch } from '../transport.ts';
import type { DeadLetters } from './dead-letters.ts';
import { type ConsumedEvent, type Decoded, decodeEvent } from './decode.ts';
import { type Handled, handleUpToFailure } from './handle.ts';
import { handleTogether } from './handle-together.ts';
import type { ConsumingMetrics } from './metrics.ts';
import { createRetries } from './retries.ts';

/**
 * Makes a handler of batches from a handler of events. The batch handler decides which events are done, retried or sent
 * to the dead-letter topic.
 */
export function createBatchHandler<D extends DescMessage>(options: {
  topic: Topic<D>;
  log: Logger;
  metrics: ConsumingMetrics;
  deadLetters: DeadLetters;
  retryMs?: number;
  handle(batch: readonly ConsumedEvent<D>[]): Promise<void>;
}): (batch: ReceivedBatch) => Promise<BatchOutcome> {
  const { topic, log, metrics, deadLetters } = options;
  const handle = handleTogether(options.handle);
  const retries = createRetries(options.retryMs);

  async function onBatch(batch: ReceivedBatch): Promise<BatchOutcome> {
    const decoded = batch.messages.map((message) => decodeEvent(topic, message));
    return handleAll(batch.partition, decoded);
  }

  async function handleAll(partition: number, batch: readonly Decoded<D>[]): Promise<BatchOutcome> {
    let done = 0;
    while (done < batch.length) {
      const handled = await handleNext(partition, batch.slice(done));
      done += handled.done;
      const failed = handled.error === undefined ? undefined : batch[done];
      if (failed === undefined) continue;
      const retryAfterMs = await retryOrGiveUp(partition, failed, handled.error);
      if (retryAfterMs !== undefined) return { done, retryAfterMs };
      done += 1;
    }
    retries.succeeded(partition);
    return { done };
  }

  /**
   * Handles the events up to the next one that cannot be decoded. If one of the events has failed before, it is the
   * last event that is handled.
   */
  async function handleNext(partition: number, batch: readonly Decoded<D>[]): Promise<Handled> {
    const events: ConsumedEvent<D>[] = [];
    for (const item of batch) {
      if ('problem' in item) break;
      events.push(item.event);
      if (retries.isSuspect(partition, item.received.offset)) break;
    }
    const [first] = batch;
    if (first !== undefined && 'problem' in first) return { done: 0, error: first.problem };
    const handled = await handleTraced(events);
    metrics.eventsHandled(batch.slice(0, handled.done).map(({ received }) => received.headers['ce_time']));
    return handled;
  }

  /**
   * Handles events, and adds a step to each of their traces. The handler's own work is part of a trace only if all
   * events belong to that trace.
   */
  async function handleTraced(events: readonly ConsumedEvent<D>[]): Promise<Handled> {
    const traces = new Set(events.flatMap(({ traceparent }) => traceparent ?? []));
    const steps = new Map([...traces].map((trace) => [trace, startStep(`process ${topic.name}`, 'consumer', trace)]));
    const traced = events.map((event) => ({ ...event, ...traceOf(event.traceparent && steps.get(event.traceparent)) }));
    const [only] = steps.values();
    const work = () => handleUpToFailure(traced, handle);
    const handled = await (only !== undefined && steps.size === 1 ? only.run(work) : work());
    for (const step of steps.values()) step.end(handled.error);
    return handled;
  }

  /** Returns the milliseconds before the next try; undefined when the event was sent to the dead-letter topic. */
  async function retryOrGiveUp(partition: number, failed: Decoded<D>, error: unknown): Promise<number | undefined> {
    const { offset } = failed.received;
    const cause = isInfrastructureError(error) ? 'infrastructure' : 'event';
    const retry = retries.failed(partition, offset, cause, performance.now());
    const fields = { partition, offset: String(offset), tries: retry.tries };
    if (!retry.isExhausted && !('problem' in failed)) {
      if (retry.failures === 1) log.warn({ ...fields, err: error }, 'events not handled, trying again');
      return retry.delayMs;
    }
    try {
      await deadLetters.send(failed.received, error, retry.tries);
    } catch (sendError) {
      log.warn({ ...fields, err: sendError }, 'dead letter not stored, trying again');
      return retry.delayMs;
    }
    metrics.eventGivenUp();
    log.error({ ...fields, err: error }, 'event given up and put on the dead-letter topic');
    return undefined;
  }

  return onBatch;
}

function traceOf(step: Step | '' | undefined): { traceparent?: string } {
  return step && step.traceparent !== undefined ? { traceparent: step.traceparent } : {};
}
