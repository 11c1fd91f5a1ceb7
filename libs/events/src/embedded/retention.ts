import type { Database } from '@drippulse/db';
import { sql } from 'kysely';
import { hintsKeptHours, hintsTopic } from '../hints/hint.ts';

const keptDays = 7;
const sliceBatches = 500;

/**
 * Deletes messages after 7 days, and hints after an hour. A slice has the oldest rows of each partition, so that the
 * primary key is enough to find them. Rows are deleted by `ctid`: with a join, a log without statistics was read once
 * for each row, which took 1.4 s for 6,000 rows.
 */
export async function deleteOldMessages(db: Database<unknown>, signal: AbortSignal): Promise<undefined> {
  for (let deleted = 1; deleted > 0 && !signal.aborted; ) {
    const result = await sql`
      delete from embedded_log where ctid = any (array(
        select slice.place
        from topic_partitions as head
        cross join lateral (
          select ctid as place, created_at from embedded_log
          where topic = head.topic and partition = head.partition
          order by "offset" limit ${sliceBatches}
        ) as slice
        where slice.created_at < now() - case
          when head.topic = ${hintsTopic} then ${hintsKeptHours} * interval '1 hour'
          else ${keptDays} * interval '1 day' end
      ))
    `.execute(db.kysely);
    deleted = Number(result.numAffectedRows ?? 0n);
  }
}
