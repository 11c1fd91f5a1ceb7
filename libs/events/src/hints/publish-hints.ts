import { create, toBinary } from '@bufbuild/protobuf';
import { startLoop } from '@drippulse/loops';
import { counter, type Logger, type Metrics } from '@drippulse/observability';
import { HintsSchema } from '@drippulse/proto/drippulse/events/v1/hints_pb';
import { createSender } from '../sender.ts';
import type { EventTransport } from '../transport.ts';
import { addTo, type Hint, hintsKey, hintsTopic, keyOf, resyncForAll } from './hint.ts';

/** The component of a service that sends hints. */
export type HintPublisher = {
  /**
   * Sends a hint. Call it after the commit of the change, because readers read the change immediately. The call only
   * adds an entry to a map. Hints with equal keys are merged and sent at most once a second, the first one immediately.
   */
  note(hint: Hint): void;
  /** Sends the waiting hints, then ends. */
  stop(): Promise<void>;
};

/** The minimum time between two hints with the same key. */
const gapMs = 1000;
/** The minimum time between two sends, however many keys there are. */
const sendGapMs = 200;
const sendTimeoutMs = 5000;
/**
 * Maximum number of waiting hints while the transport is unavailable. If there are more, a single hint replaces them.
 * It reports that anything may have changed.
 */
const mostWaiting = 10_000;
const hintsOfMessage = 2000;

/**
 * Publishes the hints of one process. They stay in memory until they are sent, at most a second later. A process that
 * is killed loses its waiting hints; a process that stops sends them first. The transport is first used for the first
 * hint.
 */
export function startHints(options: { transport: EventTransport; log: Logger; metrics: Metrics }): HintPublisher {
  const { transport, log } = options;
  const sender = createSender(transport, log);
  const published = counter(options.metrics, 'drippulse_hints_published_total');
  const sentAtMs = new Map<string, number>();
  let waiting = new Map<string, Hint>();
  let lastSendMs = Number.NEGATIVE_INFINITY;

  function note(hint: Hint): void {
    const isNew = !waiting.has(keyOf(hint));
    addTo(waiting, hint);
    if (waiting.size > mostWaiting) {
      waiting.clear();
      addTo(waiting, resyncForAll);
    }
    if (isNew) loop.wake();
  }

  /** Sends the hints that are due, and returns the time until the next hints are due. */
  async function sendDue(): Promise<number | undefined> {
    if (waiting.size === 0) return undefined;
    const nowMs = performance.now();
    if (nowMs - lastSendMs < sendGapMs) return lastSendMs + sendGapMs - nowMs;
    for (const [key, atMs] of sentAtMs) if (nowMs - atMs >= gapMs) sentAtMs.delete(key);
    await send([...waiting].filter(([key]) => !sentAtMs.has(key)));
    const dueMs = [...waiting.keys()].map((key) => (sentAtMs.get(key) ?? 0) + gapMs);
    return dueMs.length === 0 ? undefined : Math.max(0, Math.min(...dueMs) - performance.now());
  }

  /** Sends hints. After a failed send they are put back, merged with the hints that arrived in the meantime. */
  async function send(due: readonly [string, Hint][]): Promise<void> {
    if (due.length === 0) return;
    for (const [key] of due) waiting.delete(key);
    try {
      await sender.prepare(hintsTopic);
      await sender.send(hintsTopic, messagesOf(due.map(([, hint]) => hint)), sendTimeoutMs);
    } catch (error) {
      const since = waiting;
      waiting = new Map(due);
      for (const hint of since.values()) addTo(waiting, hint);
      throw error;
    }
    lastSendMs = performance.now();
    for (const [key] of due) sentAtMs.set(key, lastSendMs);
    published.inc(due.length);
  }

  const loop = startLoop({ name: 'hints', log, maxIdleMs: 60_000, run: sendDue });
  return {
    note,
    async stop() {
      await loop.stop();
      await send([...waiting]).catch((error: unknown) => log.warn({ err: error }, 'the last hints were not sent'));
      await sender.close();
    },
  };
}

function messagesOf(hints: readonly Hint[]) {
  const parts = Array.from({ length: Math.ceil(hints.length / hintsOfMessage) }, (_, index) =>
    hints.slice(index * hintsOfMessage, (index + 1) * hintsOfMessage),
  );
  return parts.map((part) => ({
    key: hintsKey,
    value: toBinary(HintsSchema, create(HintsSchema, { hints: [...part] })),
    headers: {},
  }));
}
