import { type Kysely, sql } from 'kysely';
import type { DB } from '../db/schema.ts';
import type { Named } from './store-names.ts';

/** Finds the known names of workflows or agents, by id. */
export async function findNames(
  db: Kysely<DB>,
  { organizationId, noun, ids }: Pick<Named, 'organizationId' | 'noun'> & { ids: readonly string[] },
): Promise<ReadonlyMap<string, string>> {
  const { rows } = await sql<{ id: bigint; name: string }>`
    select id, name from names
    where organization_id = ${organizationId} and noun = ${noun} and id::text = any(${ids})`.execute(db);
  return new Map(rows.map(({ id, name }) => [String(id), name]));
}
