import { type Kysely, type RawBuilder, sql } from 'kysely';
import type { DB } from '../db/schema.ts';
import { type MergeableType, tables } from './collection.ts';

/** A merged record (`origin`) and its live survivor. */
export type Survivor = { origin: string; id: string; public_id: string };

/**
 * Finds the live survivors of merged records. A survivor may itself have been merged; a deleted survivor is not
 * returned.
 */
export async function findSurvivors(
  db: Kysely<DB>,
  organizationId: bigint,
  type: MergeableType,
  condition: RawBuilder<unknown>,
): Promise<Survivor[]> {
  const table = sql.table(tables[type].table);
  const { rows } = await sql<Survivor>`
    with recursive trail as (
      select id as origin, merged_into_id as id from ${table}
      where organization_id = ${organizationId} and ${condition} and merged_into_id is not null
      union
      select trail.origin, record.merged_into_id from trail join ${table} as record on record.id = trail.id
      where record.organization_id = ${organizationId} and record.merged_into_id is not null
    )
    select trail.origin, record.id, record.public_id from trail join ${table} as record on record.id = trail.id
    where record.organization_id = ${organizationId} and record.deleted_at is null`.execute(db);
  return rows;
}
