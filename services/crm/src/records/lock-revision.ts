import type { LockRevision } from '@drippulse/writes';
import { sql } from 'kysely';
import type { DB } from '../db/schema.ts';
import type { RecordType } from '../record-type.ts';
import { tables } from './collection.ts';
import { hasId } from './ids.ts';

/** Locks a record of the organization by UUID or public id, for `If-Match`. */
export function lockRecordRevision(type: RecordType): LockRevision<DB> {
  return async (trx, { organizationId }, id) => {
    const { rows } = await sql<{ revision: bigint }>`
      select revision from ${sql.table(tables[type].table)}
      where organization_id = ${organizationId} and deleted_at is null and ${hasId(type, String(id))}
      for update`.execute(trx);
    return rows[0]?.revision;
  };
}
