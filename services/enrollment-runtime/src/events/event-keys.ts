import type { Mode } from '@drippulse/rpc';
import { sql, type Transaction } from 'kysely';
import type { DB } from '../db/schema.ts';
import { digestOf, type ReadEvent } from './event.ts';

/** Time within which a repeat of a key is a duplicate. */
export const keyDays = 7;

/**
 * Stores the keys of events. Returns the ids of the events whose key is already stored, each with the id of the first
 * event of the key. If two events in `events` have the same key, the first event is stored and the second is a
 * duplicate.
 */
export async function findDuplicates(
  trx: Transaction<DB>,
  events: readonly ReadEvent[],
  at: Date,
): Promise<Map<string, string>> {
  const duplicates = new Map<string, string>();
  const firsts = new Map<string, ReadEvent & { digest: string }>();
  for (const event of events) {
    if (event.key === undefined) continue;
    const { organizationId, mode, key } = event;
    // The digest includes the source, because a client may choose any key, even a key that the platform uses for its
    // own events.
    const digest = digestOf(`${event.source}\n${key}`);
    const scoped = `${organizationId} ${mode} ${digest}`;
    const first = firsts.get(scoped);
    if (first === undefined) firsts.set(scoped, { ...event, digest });
    else duplicates.set(event.id, first.id);
  }
  if (firsts.size === 0) return duplicates;
  const known = await rememberKeys(trx, [...firsts.values()], at);
  for (const [id, first] of duplicates) duplicates.set(id, known.get(first) ?? first);
  for (const [id, first] of known) duplicates.set(id, first);
  return duplicates;
}

type Keyed = { id: string; organizationId: bigint; mode: Mode; digest: string };

/** Inserts the keys in sorted order, so that two requests with the same keys do not deadlock. */
async function rememberKeys(trx: Transaction<DB>, keyed: readonly Keyed[], at: Date): Promise<Map<string, string>> {
  const columns = sql`
    ${keyed.map(({ organizationId }) => organizationId)}::bigint[], ${keyed.map(({ mode }) => mode)}::text[],
    ${keyed.map(({ digest }) => digest)}::uuid[], ${keyed.map(({ id }) => id)}::text[]`;
  const { rows: fresh } = await sql<{ event_id: string }>`
    insert into event_keys as known (organization_id, mode, key, event_id, accepted_at)
    select organization_id, mode, key, event_id, ${at}::timestamptz
    from unnest(${columns}) as asked (organization_id, mode, key, event_id)
    order by 1, 2, 3
    on conflict (organization_id, mode, key) do update set event_id = excluded.event_id, accepted_at = excluded.accepted_at
      where known.accepted_at <= ${new Date(at.getTime() - keyDays * 86_400_000)}
    returning event_id`.execute(trx);
  if (fresh.length === keyed.length) return new Map();
  // The rows that other transactions inserted are committed by now, because the insert waited for them.
  const { rows: known } = await sql<{ id: string; first: string }>`
    select asked.event_id as id, known.event_id as first
    from unnest(${columns}) as asked (organization_id, mode, key, event_id)
    join event_keys as known using (organization_id, mode, key)
    where known.event_id <> asked.event_id`.execute(trx);
  return new Map(known.map(({ id, first }) => [id, first]));
}
