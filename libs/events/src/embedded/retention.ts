import type { Database } from '@drippulse/db';
import { sql } from 'kysely';

const keptDays = 7;
const sliceMessages = 500;

/** Deletes messages older than 7 days, in slices of each partition's oldest, by the primary key alone. */
export async function deleteOldMessages(db: Database<unknown>, signal: AbortSignal): Promise<undefined> {
  for (let deleted = 1; deleted > 0 && !signal.aborted; ) {
    const result = await sql`
      delete from embedded_log as log
      using (
        select head.topic, head.partition, slice."offset", slice.created_at
        from topic_partitions as head
        cross join lateral (
          select "offset", created_at from embedded_log
          where topic = head.topic and partition = head.partition
          order by "offset" limit ${sliceMessages}
        ) as slice
      ) as oldest
      where log.topic = oldest.topic and log.partition = oldest.partition and log."offset" = oldest."offset"
        and oldest.created_at < now() - ${keptDays} * interval '1 day'
    `.execute(db.kysely);
    deleted = Number(result.numAffectedRows ?? 0n);
  }
}
