import type { Database } from '@drippulse/db';
import { sql, type Transaction } from 'kysely';
import { v7 as uuidv7 } from 'uuid';

/** Time for which marks are kept: one day longer than the transports keep events. */
const keptMs = 8 * 24 * 60 * 60_000;
const pruneRows = 5000;

/**
 * Marks events as handled by the group, in the transaction of their effect, and returns the ids that were newly marked.
 * Use it for a consumer whose effect has no unique key of its own.
 */
export async function firstSeen<DB>(
  trx: Transaction<DB>,
  group: string,
  eventIds: readonly string[],
): Promise<Set<string>> {
  // The ids are sorted, so that two consumers of the same events never deadlock.
  const sorted = [...eventIds].sort();
  const { rows } = await sql<{ event_id: string }>`
    insert into inbox (consumer_group, event_id)
    select ${group}, id from unnest(${sorted}::text[]) as id
    on conflict do nothing
    returning event_id
  `.execute(trx);
  return new Set(rows.map((row) => row.event_id));
}

/** Deletes, in slices, the marks of events that no transport keeps any more. An id contains the time of its event. */
export async function pruneInbox<DB>(db: Database<DB>, group: string, signal: AbortSignal): Promise<undefined> {
  const oldest = `evt_${uuidv7({ msecs: Date.now() - keptMs })}`;
  for (let deleted = pruneRows; deleted === pruneRows && !signal.aborted; ) {
    const result = await sql`
      delete from inbox where ctid = any(array(
        select ctid from inbox where consumer_group = ${group} and event_id < ${oldest} limit ${pruneRows}
      ))
    `.execute(db.kysely);
    deleted = Number(result.numAffectedRows ?? 0n);
  }
}
