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
  const { sizes, rows, values } = placed(messages);
  const partitions = [...sizes.keys()];
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
    select ${topic}, partition, base + index, key, headers, substring(${values}::bytea from start for size)
    from json_to_recordset(${JSON.stringify(rows)}::json) as message (
      partition smallint, index integer, key text, headers json, start integer, size integer)
    join heads using (partition)
  `.execute(db.kysely);
  if (result.numAffectedRows !== BigInt(messages.length)) throw new Error(`The topic ${topic} does not exist`);
}

type Row = {
  partition: number;
  index: number;
  key: string;
  headers: TransportMessage['headers'];
  start: number;
  size: number;
};

/**
 * Where each message goes: its partition and its number among those of this call there. Values travel as one binary
 * parameter: as text they would travel as hexadecimal digits.
 */
function placed(messages: readonly TransportMessage[]): { sizes: Map<number, number>; rows: Row[]; values: Buffer } {
  const sizes = new Map<number, number>();
  let start = 1;
  const rows = messages.map(({ key, headers, value }) => {
    const partition = crc32(key) % partitionCount;
    const index = sizes.get(partition) ?? 0;
    sizes.set(partition, index + 1);
    const row = { partition, index, key, headers, start, size: value.byteLength };
    start += row.size;
    return row;
  });
  return { sizes, rows, values: Buffer.concat(messages.map((message) => message.value)) };
}
