import type { Actor } from '@drippulse/rpc';
import { type Kysely, sql, type Transaction } from 'kysely';
import type { DB } from '../db/schema.ts';
import type { WorkflowRow } from './rows.ts';

/** Adds a version. Versions never change, because an enrollment stays on the version that it entered. */
export async function insertVersion(trx: Transaction<DB>, row: WorkflowRow, author: Actor): Promise<void> {
  await trx
    .insertInto('workflow_versions')
    .values({
      workflow_id: row.id,
      version: row.version,
      steps: row.steps,
      sealed: row.sealed,
      settings: row.settings,
      step_count: sql<number>`json_array_length(${row.steps}::json)`,
      actor_type: author.type,
      actor_id: author.id,
      created_at: row.updated_at,
    })
    .execute();
}

/** Selects the versions of a workflow whose number is below `before`, newest first, without their steps. */
export function sliceVersions(
  db: Kysely<DB>,
  { workflowId, before, offset, limit }: { workflowId: bigint; before: bigint; offset: number; limit: number },
) {
  return versionsOf(db, workflowId)
    .select([sql<bigint>`version::bigint`.as('id'), 'version', 'actor_type', 'actor_id', 'created_at', 'step_count'])
    .where('version', '<', sql<number>`${before}::bigint`)
    .orderBy('version', 'desc')
    .offset(offset)
    .limit(limit);
}

/** Selects one version with its steps. */
export function findVersion(db: Kysely<DB>, workflowId: bigint, version: number) {
  return versionsOf(db, workflowId).selectAll().where('version', '=', version);
}

export function versionsOf(db: Kysely<DB>, workflowId: bigint) {
  return db.selectFrom('workflow_versions').where('workflow_id', '=', workflowId);
}
