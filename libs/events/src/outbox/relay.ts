import type { Database } from '@drippulse/db';
import { startLoop } from '@drippulse/loops';
import { type Logger, type Metrics, startStep } from '@drippulse/observability';
import { chunksOf } from '../chunks.ts';
import type { Hint } from '../hints/hint.ts';
import { createSender } from '../sender.ts';
import type { EventTransport, TransportMessage } from '../transport.ts';
import { startWakeups } from '../wakeups.ts';
import { createOutboxLease } from './lease.ts';
import { publishingMetrics } from './metrics.ts';
import {
  countOutbox,
  deleteFromOutbox,
  hasOutbox,
  type ListedRow,
  listOutbox,
  type OutboxRow,
  readFrames,
  unpackRow,
} from './rows.ts';
import { createThrottle } from './throttle.ts';

/** The component of a service that sends its outbox to the transport. */
export type Relay = {
  /** Sends the committed events now. Call it after each commit that appended events. */
  wake(): void;
  /** Stops the relay after the send in progress, so that another process can continue immediately. */
  stop(): Promise<void>;
};

const committed = 'committed';
/**
 * The pause while consumers have no room for more events of an organization that has very many. A commit of other
 * events ends the pause.
 */
const pauseMs = 100;
const defaultLeaseMs = 6000;
/** The part of the lease that is left when a send times out, so that no other process sends before the timeout. */
const leaseMarginMs = 500;
/** Maximum size of one send, below the megabyte that a broker accepts in one request by default. */
const sendLimits = { count: 1000, bytes: 512 * 1024 };

/**
 * Sends the outbox of this service, organizations in turn and each organization in order, until it is stopped. One
 * process sends at a time. After a failure it retries indefinitely, with a new producer. A row is deleted only after
 * all its events are stored; events that are sent again have the same ids.
 */
export function startRelay<DB>(options: {
  db: Database<DB>;
  schema: string;
  service: string;
  transport: EventTransport;
  log: Logger;
  metrics: Metrics;
  /** Milliseconds after which another process takes over from a process that died. Default 6,000. */
  leaseMs?: number;
  /** Returns the groups of consumers of a topic. The relay keeps pace with these groups. Default: none. */
  groups?(topic: string): readonly string[];
  /**
   * The clock, in milliseconds, by which the relay measures how long a group has handled nothing. Default: the
   * process's clock.
   */
  now?: () => number;
  /** Receives the hints that sent events cause. Default: hints are dropped. */
  note?(hint: Hint): void;
}): Relay {
  const {
    db,
    schema,
    service,
    transport,
    leaseMs = defaultLeaseMs,
    groups = () => [],
    now,
    note = () => undefined,
  } = options;
  const log = options.log.child({ relay: schema });
  const metrics = publishingMetrics(options.metrics);
  const lease = createOutboxLease(db, leaseMs);
  const sender = createSender(transport, log);
  const throttle = createThrottle({ groups, lagOf, ...(now && { now }) });
  let countedAtMs = Number.NEGATIVE_INFINITY;

  async function sendAll(signal: AbortSignal): Promise<number | undefined> {
    while (!signal.aborted && (await mayRead())) {
      const rows = await listOutbox(db);
      await measure(rows);
      if (rows.length === 0) return undefined;
      const chosen = await throttle.choose(rows);
      if (chosen.length === 0) return pauseMs;
      for (const [topic, rowsOfTopic] of Map.groupBy(await readFrames(db, chosen), (row) => row.topic)) {
        for (const chunk of chunksOf(rowsOfTopic, sendLimits, (row) => row.bytes)) {
          if (signal.aborted || !(await sendRows(topic, chunk))) return undefined;
        }
      }
    }
    await measure([]);
    return undefined;
  }

  async function lagOf(topic: string, group: string): Promise<number> {
    const lags = await transport.lag(topic, group);
    return Number([...lags.values()].reduce((sum, lag) => sum + lag, 0n));
  }

  /**
   * Returns whether the outbox may be read. It renews the lease only if there are events to send, so an idle service
   * writes nothing.
   */
  async function mayRead(): Promise<boolean> {
    return lease.isFresh() || ((await hasOutbox(db)) && (await lease.ensure()));
  }

  /** Measures the outbox. It counts at most once a second, because a count costs more than a read. */
  async function measure(oldest: readonly ListedRow[]): Promise<void> {
    metrics.outboxAge.set(oldest[0]?.age_seconds ?? 0);
    if (oldest.length <= 1) return metrics.outboxPending.set(oldest.length);
    if (performance.now() - countedAtMs < 1000) return;
    countedAtMs = performance.now();
    metrics.outboxPending.set(await countOutbox(db));
  }

  /** Sends rows. Returns false when another process has the lease. */
  async function sendRows(topic: string, rows: readonly OutboxRow[]): Promise<boolean> {
    // Steps are recorded here and not by instrumentation of the client, which could not tell the traces apart: the
    // events of one send belong to many traces.
    const steps = rows.map((row) => startStep(`publish ${topic}`, 'producer', row.traceparent ?? undefined));
    try {
      const unpacked = rows.map((row, index) => unpackRow(row, { service, traceparent: steps[index]?.traceparent }));
      const isSent = await sendMessages(
        topic,
        unpacked.flatMap(({ messages }) => messages),
      );
      if (isSent) {
        for (const { hints } of unpacked) for (const hint of hints) note(hint);
        await deleteFromOutbox(db, rows);
      }
      for (const step of steps) step.end();
      return isSent;
    } catch (error) {
      for (const step of steps) step.end(error);
      throw error;
    }
  }

  async function sendMessages(topic: string, messages: readonly TransportMessage[]): Promise<boolean> {
    for (const chunk of chunksOf(messages, sendLimits, (message) => message.value.byteLength)) {
      await sender.prepare(topic);
      // The lease is checked before each send, because this process may have been frozen.
      if (!(await lease.ensure())) return false;
      await sender.send(topic, chunk, lease.leftMs() - leaseMarginMs);
    }
    metrics.published.inc({ topic }, messages.length);
    return true;
  }

  const loop = startLoop({ name: 'relay', log, run: sendAll });
  // The process that commits is not always the process that sends, so the sender may have to be woken in another
  // process.
  const wakeups = startWakeups(db, channelOf(schema), log);
  wakeups.on(committed, loop.wake);
  return {
    wake() {
      if (lease.leftMs() > 0) loop.wake();
      else wakeups.wake(committed);
    },
    async stop() {
      await loop.stop();
      await wakeups.stop();
      await sender.close();
      await lease.release();
    },
  };
}

/** Makes the relay of a process that does not send. `wake` wakes the other processes of the service, which do. */
export function startDistantRelay<DB>({ db, schema, log }: { db: Database<DB>; schema: string; log: Logger }): Relay {
  const wakeups = startWakeups(db, channelOf(schema), log);
  return { wake: () => wakeups.wake(committed), stop: () => wakeups.stop() };
}

function channelOf(schema: string): string {
  return `${schema}_outbox`;
}
