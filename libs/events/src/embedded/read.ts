import { type Database, unsynced } from '@drippulse/db';
import { type RawBuilder, sql } from 'kysely';
import { unpackMessages } from '../frame/frame.ts';
import type { ReceivedMessage } from '../transport.ts';

/** The identity of a consumer: its group, its topic and its id within the group. */
export type Position = { group: string; topic: string; member: string };

/** The next unhandled messages of a partition. `messages` is empty when the log no longer keeps them. */
export type Unread = {
  partition: number;
  nextOffset: bigint;
  head: bigint;
  fence: bigint;
  messages: ReceivedMessage[];
};

/** A frame of successive messages. `offset` is the offset of its last message. */
type BatchRow = { offset: bigint; value: Uint8Array };

type UnreadRow = { partition: number; next_offset: bigint; head: bigint; fence: bigint } & (
  | BatchRow
  | { offset: null; value: null }
);

const batchMessages = 500;
/**
 * Maximum number of bytes of one partition in a read. The eight partitions of a topic together may have eight times as
 * many.
 */
const batchBytes = 256 * 1024;

/**
 * Reads the next messages of these partitions, if this member still leases them. The number and size of the messages
 * from each partition are limited, but at least one is read. A partition without new messages is left out.
 */
export async function readUnread(
  db: Database<unknown>,
  position: Position,
  partitions: readonly number[],
): Promise<Unread[]> {
  const { rows } = await sql<UnreadRow>`
    select mine.partition, mine.next_offset, head.next_offset as head, mine.fence, batch.*
    from group_partitions as mine
    join topic_partitions as head on head.topic = mine.topic and head.partition = mine.partition
    left join lateral (
      ${batchesFrom({ topic: sql`mine.topic`, partition: sql`mine.partition`, from: sql`mine.next_offset` })}
    ) as batch on true
    where mine.group_name = ${position.group} and mine.topic = ${position.topic} and mine.holder = ${position.member}
      and mine.partition = any(${partitions}::smallint[]) and head.next_offset > mine.next_offset
    order by mine.partition, batch."offset"
  `.execute(db.kysely);
  return [...Map.groupBy(rows, (row) => row.partition).values()].flatMap(unreadOf);
}

function unreadOf(rows: readonly UnreadRow[]): Unread[] {
  const [first] = rows;
  if (first === undefined) return [];
  const { partition, next_offset: nextOffset, head, fence } = first;
  const messages = rows.flatMap((row) => (row.offset === null ? [] : messagesOf(row, partition, nextOffset)));
  return [{ partition, nextOffset, head, fence, messages }];
}

/** Returns the messages of a row, starting at an offset. */
function messagesOf({ offset: last, value }: BatchRow, partition: number, from: bigint): ReceivedMessage[] {
  const all = unpackMessages(value);
  const first = last - BigInt(all.length - 1);
  const skipped = from > first ? Number(from - first) : 0;
  return all
    .slice(skipped)
    .map((message, index) => ({ ...message, partition, offset: first + BigInt(skipped + index) }));
}

/**
 * Selects rows of one partition, starting at an offset, in no particular order. Limits their messages and bytes, but
 * selects at least one row.
 */
function batchesFrom(place: Record<'topic' | 'partition' | 'from', RawBuilder<unknown>>): RawBuilder<unknown> {
  return sql`
    select "offset", value
    from (
      select "offset", value, row_number() over up_to_this as number, sum(messages) over up_to_this as messages,
        sum(octet_length(value)) over up_to_this as bytes
      from (
        select "offset", messages, value from embedded_log
        where topic = ${place.topic} and partition = ${place.partition} and "offset" >= ${place.from}
        order by "offset" limit ${batchMessages}
      ) as next
      window up_to_this as (order by "offset")
    ) as sized
    where number = 1 or messages <= ${batchMessages} and bytes <= ${batchBytes}`;
}

/** Calls `onMessage` for all messages that a topic has at the time of the call, in order within a partition. */
export async function readTopic(
  db: Database<unknown>,
  topic: string,
  onMessage: (message: ReceivedMessage) => Promise<void>,
): Promise<void> {
  const { rows: heads } = await sql<{ partition: number; next_offset: bigint }>`
    select partition, next_offset from topic_partitions where topic = ${topic} order by partition`.execute(db.kysely);
  for (const { partition, next_offset: head } of heads) {
    let from = 0n;
    while (from < head) {
      const messages = await readFrom(db, topic, partition, from);
      for (const message of messages) if (message.offset < head) await onMessage(message);
      from = (messages.at(-1)?.offset ?? head) + 1n;
    }
  }
}

/** Reads the next messages of a partition, starting at an offset. Limits their number and bytes. */
export async function readFrom(
  db: Database<unknown>,
  topic: string,
  partition: number,
  from: bigint,
): Promise<ReceivedMessage[]> {
  const { rows } = await sql<BatchRow>`
    ${batchesFrom({ topic: sql`${topic}`, partition: sql`${partition}`, from: sql`${from}` })}
    order by "offset"`.execute(db.kysely);
  return rows.flatMap((row) => messagesOf(row, partition, from));
}

/** Returns the number of unhandled messages of the group in each partition. */
export async function countLag(db: Database<unknown>, topic: string, group: string): Promise<Map<number, bigint>> {
  const { rows } = await sql<{ partition: number; lag: bigint }>`
    select partition, head.next_offset - mine.next_offset as lag
    from group_partitions as mine
    join topic_partitions as head using (topic, partition)
    where mine.group_name = ${group} and topic = ${topic}
  `.execute(db.kysely);
  return new Map(rows.map((row) => [row.partition, row.lag]));
}

/** The next offset that the group handles in a partition. */
export type Progress = { partition: number; fence: bigint; nextOffset: bigint };

/**
 * Commits the progress of the group and returns the partitions in which it was committed; other members have taken over
 * the remaining partitions. Does not wait for the disk: a batch whose commit a crash loses is handled again.
 */
export async function commitOffsets(
  db: Database<unknown>,
  position: Position,
  progress: readonly Progress[],
): Promise<Set<number>> {
  const { rows } = await sql<{ partition: number }>`
    with ${unsynced}
    update group_partitions as mine set next_offset = done.next_offset
    from unsynced, unnest(
      ${progress.map(({ partition }) => partition)}::smallint[],
      ${progress.map(({ fence }) => fence)}::bigint[],
      ${progress.map(({ nextOffset }) => nextOffset)}::bigint[]
    ) as done (partition, fence, next_offset)
    where mine.group_name = ${position.group} and mine.topic = ${position.topic} and mine.holder = ${position.member}
      and mine.partition = done.partition and mine.fence = done.fence
    returning mine.partition
  `.execute(db.kysely);
  return new Set(rows.map((row) => row.partition));
}
