import type { Database } from '@drippulse/db';
import type { Logger, Metrics } from '@drippulse/observability';
import { startLoop } from '@drippulse/runtime';
import { sql } from 'kysely';
import { unpackEvents } from './frame.ts';
import { createOutboxLease } from './lease.ts';
import { eventMetrics } from './metrics.ts';
import { createSender } from './sender.ts';
import type { EventTransport, TransportMessage } from './transport.ts';
import { startWakeups } from './wakeups.ts';

/** The part of a service that hands its outbox to the transport. */
export type Relay = {
  /** Sends now what was committed; call it after each commit that appended events. */
  wake(): void;
  /** Ends after the send in progress and lets another process go on at once. */
  stop(): Promise<void>;
};

type OutboxRow = { id: bigint; topic: string; frame: Uint8Array; traceparent: string | null; age_seconds: number };

const committed = 'committed';
const defaultLeaseMs = 6000;
/** What is left of the lease when a send times out, so that its end is not the start of the next process. */
const leaseMarginMs = 500;
const readRows = 200;
const readBytes = 4 * 1024 * 1024;
/** Below the megabyte that a broker takes at once by default. */
const sendBytes = 512 * 1024;
const sendEvents = 1000;

/**
 * Sends the outbox of this service, in order, for as long as it runs: one process at a time, endless retry with a fresh
 * producer after a failure, and a row deleted only after all its events are stored. What is sent again after a failure
 * has the same ids.
 */
export function startRelay<DB>(options: {
  db: Database<DB>;
  schema: string;
  service: string;
  transport: EventTransport;
  log: Logger;
  metrics: Metrics;
  /** How long a process that died holds up the next, default 6 s. */
  leaseMs?: number;
}): Relay {
  const { db, service, transport, leaseMs = defaultLeaseMs } = options;
  const log = options.log.child({ relay: options.schema });
  const metrics = eventMetrics(options.metrics);
  const lease = createOutboxLease(db, leaseMs);
  const sender = createSender(transport, log);

  async function run(signal: AbortSignal): Promise<number | undefined> {
    while (!signal.aborted && (await lease.hold())) {
      const rows = await readOutbox(db);
      metrics.outboxAge.set(rows[0]?.age_seconds ?? 0);
      metrics.outboxPending.set(await countOutbox(db, rows.length));
      if (rows.length === 0) return undefined;
      await sendRows(rows, signal);
    }
    metrics.outboxAge.set(0);
    metrics.outboxPending.set(0);
    return undefined;
  }

  async function sendRows(rows: readonly OutboxRow[], signal: AbortSignal): Promise<void> {
    for (const run of runsOfOneTopic(rows)) {
      if (signal.aborted) return;
      const topic = run[0]?.topic ?? '';
      const messages = run.flatMap((row) => messagesOf(row, service));
      for (const batch of sendBatches(messages)) {
        await sender.prepare(topic);
        // Asked again before each send: this process may have been frozen since.
        if (!(await lease.hold())) return;
        await sender.send(topic, batch, lease.leftMs() - leaseMarginMs);
      }
      metrics.published.inc({ topic }, messages.length);
      const ids = run.map((row) => row.id);
      await sql`delete from outbox where id = any(${ids}::bigint[])`.execute(db.kysely);
    }
  }

  const loop = startLoop({ name: 'relay', log, run });
  // The process that commits is not always the one that sends.
  const wakeups = startWakeups(db, `${options.schema}_outbox`, log);
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

/**
 * The oldest rows there are: by state, never from where the last read ended, because a row with a lower id may commit
 * later. Bounded by bytes, one row at least.
 */
async function readOutbox<DB>(db: Database<DB>): Promise<OutboxRow[]> {
  const { rows } = await sql<OutboxRow>`
    select id, topic, frame, traceparent, extract(epoch from clock_timestamp() - created_at)::float8 as age_seconds
    from (
      select *, sum(octet_length(frame)) over (order by id) - octet_length(frame) as bytes_before
      from (select * from outbox order by id limit ${readRows}) as oldest
    ) as sized
    where bytes_before < ${readBytes}
    order by id
  `.execute(db.kysely);
  return rows;
}

async function countOutbox<DB>(db: Database<DB>, read: number): Promise<number> {
  if (read < readRows) return read;
  const { rows } = await sql<{ pending: number }>`
    select count(*)::int as pending from (select from outbox limit 10000) as counted
  `.execute(db.kysely);
  return rows[0]?.pending ?? 0;
}

function* runsOfOneTopic(rows: readonly OutboxRow[]): Generator<OutboxRow[]> {
  let run: OutboxRow[] = [];
  let bytes = 0;
  for (const row of rows) {
    if (run.length > 0 && (row.topic !== run[0]?.topic || bytes + row.frame.byteLength > sendBytes)) {
      yield run;
      run = [];
      bytes = 0;
    }
    run.push(row);
    bytes += row.frame.byteLength;
  }
  if (run.length > 0) yield run;
}

function messagesOf(row: OutboxRow, service: string): TransportMessage[] {
  return unpackEvents(row.frame).map((event) => ({
    key: event.key,
    value: event.value,
    headers: {
      ce_id: event.id,
      ce_type: event.type,
      ce_source: `/drippulse/${service}`,
      ce_time: event.time,
      organization: event.organizationId,
      ...(row.traceparent === null ? {} : { traceparent: row.traceparent }),
    },
  }));
}

function* sendBatches(messages: readonly TransportMessage[]): Generator<TransportMessage[]> {
  let batch: TransportMessage[] = [];
  let bytes = 0;
  for (const message of messages) {
    if (batch.length > 0 && (batch.length >= sendEvents || bytes + message.value.byteLength > sendBytes)) {
      yield batch;
      batch = [];
      bytes = 0;
    }
    batch.push(message);
    bytes += message.value.byteLength;
  }
  if (batch.length > 0) yield batch;
}
