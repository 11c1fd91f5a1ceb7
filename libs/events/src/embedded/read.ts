import type { Database } from '@drippulse/db';
import { sql } from 'kysely';
import type { ReceivedMessage } from '../transport.ts';

/** The place a consumer has in a partition. */
export type Position = { group: string; topic: string; member: string };

/** A partition with messages that the group has not handled. */
export type Backlog = { partition: number; next_offset: bigint; head: bigint; fence: bigint };

type LogRow = { offset: bigint; key: string; headers: string; value: Uint8Array };

const batchMessages = 500;
const batchBytes = 1024 * 1024;

/** Which of these partitions, as far as this member still holds them, have something to read. */
export async function readBacklogs(
  db: Database<unknown>,
  position: Position,
  partitions: readonly number[],
): Promise<Backlog[]> {
  const { rows } = await sql<Backlog>`
    select mine.partition, mine.next_offset, head.next_offset as head, mine.fence
    from group_partitions as mine
    join topic_partitions as head on head.topic = mine.topic and head.partition = mine.partition
    where mine.group_name = ${position.group} and mine.topic = ${position.topic} and mine.holder = ${position.member}
      and mine.partition = any(${partitions}::smallint[]) and head.next_offset > mine.next_offset
    order by mine.partition
  `.execute(db.kysely);
  return rows;
}

/** How many messages of each partition the group has not handled. */
export async function countLag(db: Database<unknown>, topic: string, group: string): Promise<Map<number, bigint>> {
  const { rows } = await sql<{ partition: number; lag: bigint }>`
    select partition, head.next_offset - mine.next_offset as lag
    from group_partitions as mine
    join topic_partitions as head using (topic, partition)
    where mine.group_name = ${group} and topic = ${topic}
  `.execute(db.kysely);
  return new Map(rows.map((row) => [row.partition, row.lag]));
}

/** The next messages of a partition, bounded by count and bytes, one at least. */
export async function readMessages(db: Database<unknown>, topic: string, backlog: Backlog): Promise<ReceivedMessage[]> {
  const { partition } = backlog;
  const { rows } = await sql<LogRow>`
    select "offset", key, headers, value
    from (
      select *, sum(octet_length(value)) over (order by "offset") - octet_length(value) as bytes_before
      from (
        select "offset", key, headers, value from embedded_log
        where topic = ${topic} and partition = ${partition} and "offset" >= ${backlog.next_offset}
        order by "offset" limit ${batchMessages}
      ) as next
    ) as sized
    where bytes_before < ${batchBytes}
    order by "offset"
  `.execute(db.kysely);
  return rows.map((row) => ({
    partition,
    offset: row.offset,
    key: row.key,
    headers: JSON.parse(row.headers),
    value: row.value,
  }));
}

/** Moves the group on, unless another member has taken the partition since; false then. */
export async function commitOffset(
  db: Database<unknown>,
  position: Position,
  backlog: Backlog,
  nextOffset: bigint,
): Promise<boolean> {
  const result = await sql`
    update group_partitions set next_offset = ${nextOffset}
    where group_name = ${position.group} and topic = ${position.topic} and partition = ${backlog.partition}
      and holder = ${position.member} and fence = ${backlog.fence}
  `.execute(db.kysely);
  return result.numAffectedRows === 1n;
}
