import { type Database, unsynced } from '@drippulse/db';
import { roundRobin } from '@drippulse/loops';
import { sql } from 'kysely';
import { unpackFrame } from '../frame/frame.ts';
import type { Hint } from '../hints/hint.ts';
import type { TransportMessage } from '../transport.ts';

/** The events of one call of `appendEvents` that may not have been sent yet. */
export type ListedRow = {
  id: bigint;
  organization_id: bigint;
  /** Number of the row's events. */
  events: number;
  topic: string;
  /** Length in bytes of the row's frame. */
  bytes: number;
  /** Null if the read does not include frames. */
  frame: Uint8Array | null;
  traceparent: string | null;
  age_seconds: number;
};

/** A row with its events. */
export type OutboxRow = ListedRow & { frame: Uint8Array };

/**
 * Maximum size of a read in bytes. It is so small that decoding does not noticeably delay other work of the process.
 */
export const readLimit = { rows: 200, bytes: 1024 * 1024 };

/**
 * A read includes the frames if together they have at most this number of bytes. For so few bytes, reading the frames
 * in a second statement would cost more.
 */
const smallBytes = 64 * 1024;

/**
 * Lists the oldest row of each organization, then the next row of each, and so on, so that an organization with
 * thousands of rows does not delay the other organizations. It always starts at the oldest rows, because a row with a
 * lower id may commit later. The list is bounded by bytes, and has at least one row. If all its rows are small, the
 * list includes their frames. Otherwise it does not, because most rows may have to wait, and are listed again and
 * again.
 */
export async function listOutbox<DB>(db: Database<DB>): Promise<ListedRow[]> {
  const { rows } = await sql<ListedRow & { found: number }>`
    select id, organization_id, events, topic, bytes, case when all_bytes <= ${smallBytes} then frame end as frame,
      traceparent, ${age}, found
    from (
      select *, sum(bytes) over (order by id) - bytes as bytes_before, sum(bytes) over () as all_bytes,
        count(*) over ()::int as found
      from (select *, octet_length(frame) as bytes from outbox order by id limit ${readLimit.rows}) as oldest
    ) as sized
    where bytes_before < ${readLimit.bytes}
    order by id
  `.execute(db.kysely);
  const isAll = rows.length < readLimit.rows && rows.length === (rows[0]?.found ?? 0);
  return isAll ? roundRobin(rows, (row) => row.organization_id) : readTurns(db);
}

const age = sql`extract(epoch from clock_timestamp() - created_at)::float8 as age_seconds`;

/**
 * Lists rows in the order of `roundRobin` if the outbox has more rows than one read can return. This takes four times
 * as long as reading the oldest rows. It finds the organizations by stepping through the index, with one step for each
 * organization.
 */
async function readTurns<DB>(db: Database<DB>): Promise<ListedRow[]> {
  const { rows } = await sql<ListedRow>`
    with recursive waiting as (
      (select organization_id from outbox order by organization_id limit 1)
      union all
      select (
        select organization_id from outbox where organization_id > waiting.organization_id
        order by organization_id limit 1)
      from waiting where waiting.organization_id is not null
    ), turns as (
      select own.id, own.bytes, row_number() over (partition by waiting.organization_id order by own.id) as turn
      from waiting
      cross join lateral (
        select id, octet_length(frame) as bytes from outbox where organization_id = waiting.organization_id
        order by id limit (select greatest(1, ${readLimit.rows} / greatest(1, count(organization_id))) from waiting)
      ) as own
    ), chosen as (
      select id, turn, bytes, sum(bytes) over (order by turn, id) - bytes as bytes_before
      from turns order by turn, id limit ${readLimit.rows}
    )
    select outbox.id, organization_id, events, topic, bytes, null as frame, traceparent, ${age}
    from chosen join outbox using (id)
    where bytes_before < ${readLimit.bytes}
    order by turn, id
  `.execute(db.kysely);
  return rows;
}

/** Reads the rows with their frames, in order. A row that another process has sent in the meantime is left out. */
export async function readFrames<DB>(db: Database<DB>, listed: readonly ListedRow[]): Promise<OutboxRow[]> {
  const frames = new Map(listed.map(({ id, frame }) => [id, frame]));
  const missing = listed.filter(({ frame }) => frame === null).map(({ id }) => id);
  if (missing.length > 0) {
    const { rows } = await sql<{ id: bigint; frame: Uint8Array }>`
      select id, frame from outbox where id = any(${missing}::bigint[])`.execute(db.kysely);
    for (const { id, frame } of rows) frames.set(id, frame);
  }
  return listed.flatMap((row) => {
    const frame = frames.get(row.id) ?? null;
    return frame === null ? [] : [{ ...row, frame }];
  });
}

/** Returns whether the outbox has rows. */
export async function hasOutbox<DB>(db: Database<DB>): Promise<boolean> {
  const { rows } = await sql`select from outbox limit 1`.execute(db.kysely);
  return rows.length > 0;
}

/** Counts the rows, up to 10,000. */
export async function countOutbox<DB>(db: Database<DB>): Promise<number> {
  const { rows } = await sql<{ pending: number }>`
    select count(*)::int as pending from (select from outbox limit 10000) as counted
  `.execute(db.kysely);
  return rows[0]?.pending ?? 0;
}

/**
 * Deletes sent rows. It does not wait for the disk: a row whose deletion is lost in a crash is sent again, with the
 * same ids.
 */
export async function deleteFromOutbox<DB>(db: Database<DB>, sent: readonly ListedRow[]): Promise<void> {
  const ids = sent.map((row) => row.id);
  await sql`
    with ${unsynced}
    delete from outbox using unsynced where id = any(${ids}::bigint[])
  `.execute(db.kysely);
}

/** Decodes a row's hints and messages, with all CloudEvents headers (CloudEvents 1.0, Kafka protocol binding). */
export function unpackRow(
  row: OutboxRow,
  { service, traceparent }: { service: string; traceparent: string | undefined },
): { messages: TransportMessage[]; hints: Hint[] } {
  const shared = {
    ce_specversion: '1.0',
    ce_source: `/drippulse/${service}`,
    ...(traceparent === undefined ? {} : { traceparent }),
  };
  return unpackFrame(row.frame, shared);
}
