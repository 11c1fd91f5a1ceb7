import { crc32 } from 'node:zlib';
import type { Database } from '@drippulse/db';
import { withTimeout } from '@drippulse/loops';
import { sql } from 'kysely';
import { chunksOf } from '../chunks.ts';
import { packMessages } from '../frame/frame.ts';
import type { Producer, TransportMessage } from '../transport.ts';
import { partitionCount } from './tables.ts';

/** Maximum size of one row: half the size of a read, because a read takes at least one row. */
const rowLimits = { count: 250, bytes: 128 * 1024 };

/** Creates a producer that appends to the log. It calls `onSent` with each topic that got messages. */
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
  const { sizes, rows, values } = placed(messages);
  const partitions = [...sizes.keys()];
  // The rows with the next offsets are locked in the order of their partitions, so that two producers never deadlock.
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
    insert into embedded_log (topic, partition, "offset", messages, value)
    select ${topic}, partition, base + last, messages, substring(${values}::bytea from start for size)
    from json_to_recordset(${JSON.stringify(rows)}::json) as batch (
      partition smallint, last integer, messages integer, start integer, size integer)
    join heads using (partition)
  `.execute(db.kysely);
  if (result.numAffectedRows !== BigInt(rows.length)) throw new Error(`The topic ${topic} does not exist`);
}

type Row = { partition: number; last: number; messages: number; start: number; size: number };

/**
 * Groups messages into rows by partition. `last` is the position of a row's last message among the messages of this
 * call for the same partition. All values are sent as one binary parameter, because in text each byte would take two
 * hexadecimal digits.
 */
function placed(messages: readonly TransportMessage[]): { sizes: Map<number, number>; rows: Row[]; values: Buffer } {
  const sizes = new Map<number, number>();
  const rows: Row[] = [];
  const values: Uint8Array[] = [];
  let start = 1;
  for (const [partition, all] of Map.groupBy(messages, ({ key }) => crc32(key) % partitionCount)) {
    sizes.set(partition, all.length);
    let last = -1;
    for (const chunk of chunksOf(all, rowLimits, (message) => message.value.byteLength)) {
      const value = packMessages(chunk);
      last += chunk.length;
      rows.push({ partition, last, messages: chunk.length, start, size: value.byteLength });
      values.push(value);
      start += value.byteLength;
    }
  }
  return { sizes, rows, values: Buffer.concat(values) };
}
