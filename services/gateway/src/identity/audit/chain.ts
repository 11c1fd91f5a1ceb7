import { type Kysely, sql, type Transaction } from 'kysely';
import type { DB } from '../../db/schema.ts';
import { type HashedRow, hashOfRow } from './hash.ts';

/** A row that has no place in the chain yet. */
export type NewRow = Omit<HashedRow, 'number' | 'actor_name'>;

/** Appends rows to the chain of an organization, in order. Rows that already exist, by their event id, are left out. */
export async function appendToChain(db: Kysely<DB>, organizationId: bigint, rows: readonly NewRow[]): Promise<void> {
  if (rows.length === 0) return;
  await db.transaction().execute(async (trx) => {
    const head = await lockHead(trx, organizationId);
    const known = await knownEvents(trx, organizationId, rows);
    const names = await actorNames(trx, organizationId, rows);
    let { number, hash } = head;
    const chained = rows
      .filter(
        (row, index) => !known.has(row.event_id) && rows.findIndex((one) => one.event_id === row.event_id) === index,
      )
      .map((row) => {
        number += 1n;
        const placed = { ...row, number, actor_name: names.get(`${row.actor_type} ${row.actor_id}`) ?? null };
        hash = hashOfRow(hash, organizationId, placed);
        return { ...placed, organization_id: organizationId, hash };
      });
    if (chained.length === 0) return;
    await trx.insertInto('audit_events').values(chained).execute();
    await trx.updateTable('audit_heads').set({ number, hash }).where('organization_id', '=', organizationId).execute();
  });
}

/**
 * Locks the head of the chain until the transaction ends, so that consumers of different partitions append one after
 * the other.
 */
async function lockHead(trx: Transaction<DB>, organizationId: bigint): Promise<{ number: bigint; hash: string }> {
  await trx
    .insertInto('audit_heads')
    .values({ organization_id: organizationId })
    .onConflict((conflict) => conflict.doNothing())
    .execute();
  return trx
    .selectFrom('audit_heads')
    .select(['number', 'hash'])
    .where('organization_id', '=', organizationId)
    .forUpdate()
    .executeTakeFirstOrThrow();
}

async function knownEvents(
  trx: Transaction<DB>,
  organizationId: bigint,
  rows: readonly NewRow[],
): Promise<Set<string>> {
  const known = await trx
    .selectFrom('audit_events')
    .select('event_id')
    .where('organization_id', '=', organizationId)
    .where(
      'event_id',
      'in',
      rows.map((row) => row.event_id),
    )
    .execute();
  return new Set(known.map((row) => row.event_id));
}

/**
 * Reads the current names of users and API keys, by kind and id. They are stored so that the trail still names a member
 * after the member's deletion.
 */
async function actorNames(
  trx: Transaction<DB>,
  organizationId: bigint,
  rows: readonly NewRow[],
): Promise<Map<string, string>> {
  const idsOf = (type: string) =>
    rows.filter((row) => row.actor_type === type && /^\d{1,18}$/.test(row.actor_id)).map((row) => BigInt(row.actor_id));
  const { rows: named } = await sql<{ actor: string; name: string }>`
    select 'user ' || id as actor, username as name from memberships
    where organization_id = ${organizationId} and id = any(${idsOf('user')}::bigint[])
    union all
    select 'api_key ' || id, name from api_keys
    where organization_id = ${organizationId} and id = any(${idsOf('api_key')}::bigint[]) and name is not null`.execute(
    trx,
  );
  return new Map(named.map(({ actor, name }) => [actor, name]));
}
