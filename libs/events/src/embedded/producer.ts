import { crc32 } from 'node:zlib';
import type { Database } from '@drippulse/db';
import { sql } from 'kysely';
import { withTimeout } from '../timeout.ts';
import type { Producer, TransportMessage } from '../transport.ts';
import { partitionCount } from './tables.ts';

/** A producer that appends to the log; `onSent` hears of each topic that got something. */
export function createEmbeddedProducer(db: Database<unknown>, onSent: (topic: string) => void): Producer {
  return {
    async send(topic, messages, timeoutMs) {
      await withTimeout(append(db, topic, messages), timeoutMs, `Sending to ${topic}`);
      onSent(topic);
    },
    async close() {},
  };
}

async function append(db: Database<unknown>, topic: string, messages: readonly TransportMessage[]): Promise<void> {
  const sizes = countByPartition(messages);
  const partitions = [...sizes.keys()];
  const rows = rowsOf(messages);
  // Heads are locked in the order of their numbers, so that two producers never wait for each other in a circle.
  const result = await sql`
    with locked as materialized (
      select partition from topic_partitions
      where topic = ${topic} and partition = any(${partitions}::smallint[])
      order by partition
      for update
    ), heads as (
      update topic_partitions as head set next_offset = head.next_offset + size.messages
      from locked join unnest(${partitions}::smallint[], ${[...sizes.values()]}::integer[]) as size (partition, messages)
        using (partition)
      where head.topic = ${topic} and head.partition = locked.partition
      returning head.partition, head.next_offset - size.messages as base
    )
    insert into embedded_log (topic, partition, "offset", key, headers, value)
    select ${topic}, partition, base + index, key, headers, substring(${rows.values}::bytea from start for size)
    from unnest(
      ${rows.partitions}::smallint[], ${rows.indexes}::integer[], ${rows.keys}::text[], ${rows.headers}::json[],
      ${rows.starts}::integer[], ${rows.sizes}::integer[]
    ) as message (partition, index, key, headers, start, size)
    join heads using (partition)
  `.execute(db.kysely);
  if (result.numAffectedRows !== BigInt(messages.length)) throw new Error(`The topic ${topic} does not exist`);
}

function partitionOf(key: string): number {
  return crc32(key) % partitionCount;
}

function countByPartition(messages: readonly TransportMessage[]): Map<number, number> {
  const sizes = new Map<number, number>();
  for (const { key } of messages) sizes.set(partitionOf(key), (sizes.get(partitionOf(key)) ?? 0) + 1);
  return sizes;
}

/** One array a column. Values travel as one binary parameter: an array of them would travel as hexadecimal text. */
function rowsOf(messages: readonly TransportMessage[]) {
  const next = new Map<number, number>();
  let start = 1;
  const rows = {
    partitions: [] as number[],
    indexes: [] as number[],
    keys: [] as string[],
    headers: [] as string[],
    starts: [] as number[],
    sizes: [] as number[],
    values: Buffer.concat(messages.map((message) => message.value)),
  };
  for (const message of messages) {
    const partition = partitionOf(message.key);
    const index = next.get(partition) ?? 0;
    next.set(partition, index + 1);
    rows.partitions.push(partition);
    rows.indexes.push(index);
    rows.keys.push(message.key);
    rows.headers.push(JSON.stringify(message.headers));
    rows.starts.push(start);
    rows.sizes.push(message.value.byteLength);
    start += message.value.byteLength;
  }
  return rows;
}
