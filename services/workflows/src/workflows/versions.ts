import type { Transaction } from 'kysely';
import type { DB } from '../db/schema.ts';
import type { WorkflowRow } from './rows.ts';

/** Adds a version. Versions never change, because an enrollment stays on the version that it entered with. */
export async function insertVersion(trx: Transaction<DB>, row: WorkflowRow): Promise<void> {
  await trx
    .insertInto('workflow_versions')
    .values({
      workflow_id: row.id,
      version: row.version,
      steps: row.steps,
      sealed: row.sealed,
      is_masked: row.is_masked,
      created_at: row.updated_at,
    })
    .execute();
}
