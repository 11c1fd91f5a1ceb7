import { type Database, unsynced } from '@drippulse/db';
import { sql } from 'kysely';
import { unpackMessages } from '../frame/frame.ts';
import type { TransportMessage } from '../transport.ts';

/** The events of one call of `appendEvents` that are not known to be sent. */
export type OutboxRow = {
  id: bigint;
  organization_id: bigint;
  /** Number of its events. */
  events: number;
  topic: string;
  frame: Uint8Array;
  traceparent: string | null;
  age_seconds: number;
};

/** Few enough that decoding them does not delay other work of the process noticeably. */
export const readLimit = { rows: 200, bytes: 1024 * 1024 };

/**
 * Reads the oldest row of each organization, then the next of each, and so on: an organization with thousands of rows
 * delays nobody. It never continues from the last read, because a row with a lower id may commit later. Bounded by
 * bytes, at least one row.
 */
export async function readOutbox<DB>(db: Database<DB>): Promise<OutboxRow[]> {
  const { rows } = await sql<OutboxRow & { found: number }>`
    select id, organization_id, events, topic, frame, traceparent, ${age}, found
    from (
      select *, sum(octet_length(frame)) over (order by id) - octet_length(frame) as bytes_before,
        count(*) over ()::int as found
      from (select * from outbox order by id limit ${readLimit.rows}) as oldest
    ) as sized
    where bytes_before < ${readLimit.bytes}
    order by id
  `.execute(db.kysely);
  const isAll = rows.length < readLimit.rows && rows.length === (rows[0]?.found ?? 0);
  return isAll ? inTurns(rows) : readTurns(db);
}

const age = sql`extract(epoch from clock_timestamp() - created_at)::float8 as age_seconds`;

function inTurns(rows: readonly OutboxRow[]): OutboxRow[] {
  const taken = new Map<bigint, number>();
  const turns = rows.map((row) => {
    const turn = taken.get(row.organization_id) ?? 0;
    taken.set(row.organization_id, turn + 1);
    return { row, turn };
  });
  return turns.sort((one, other) => one.turn - other.turn).map(({ row }) => row);
}

/**
 * The same where the outbox has more rows than one read: takes four times as long. The organizations are found by a walk
 * through the index, a step for each.
 */
async function readTurns<DB>(db: Database<DB>): Promise<OutboxRow[]> {
  const { rows } = await sql<OutboxRow>`
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
      select id, turn, sum(bytes) over (order by turn, id) - bytes as bytes_before
      from turns order by turn, id limit ${readLimit.rows}
    )
    select outbox.id, organization_id, events, topic, frame, traceparent, ${age}
    from chosen join outbox using (id)
    where bytes_before < ${readLimit.bytes}
    order by turn, id
  `.execute(db.kysely);
  return rows;
}

/** Whether the outbox has rows. */
export async function hasOutbox<DB>(db: Database<DB>): Promise<boolean> {
  const { rows } = await sql`select from outbox limit 1`.execute(db.kysely);
  return rows.length > 0;
}

/** The number of rows, at most 10,000. */
export async function countOutbox<DB>(db: Database<DB>): Promise<number> {
  const { rows } = await sql<{ pending: number }>`
    select count(*)::int as pending from (select from outbox limit 10000) as counted
  `.execute(db.kysely);
  return rows[0]?.pending ?? 0;
}

/** Does not wait for the disk: a row whose deletion a crash loses is sent again, with the same ids. */
export async function deleteFromOutbox<DB>(db: Database<DB>, sent: readonly OutboxRow[]): Promise<void> {
  const ids = sent.map((row) => row.id);
  await sql`
    with ${unsynced}
    delete from outbox using unsynced where id = any(${ids}::bigint[])
  `.execute(db.kysely);
}

/** The messages of a row, with all CloudEvents headers (CloudEvents 1.0, Kafka protocol binding). */
export function messagesOf(
  row: OutboxRow,
  { service, traceparent }: { service: string; traceparent: string | undefined },
): TransportMessage[] {
  const shared = {
    ce_specversion: '1.0',
    ce_source: `/drippulse/${service}`,
    ...(traceparent === undefined ? {} : { traceparent }),
  };
  return unpackMessages(row.frame, shared);
}
