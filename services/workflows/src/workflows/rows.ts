import type { InferResult, Kysely, Transaction } from 'kysely';
import type { DB } from '../db/schema.ts';
import { notFound } from './not-found.ts';

/** A workflow with the steps and settings of its current version. */
export type WorkflowRow = InferResult<ReturnType<typeof selectWorkflows>>[number];

/** Selects rows with the steps of their current version, without a scope or an order. */
export function selectWorkflows(db: Kysely<DB>) {
  return db
    .selectFrom('workflows')
    .innerJoin('workflow_versions', (join) =>
      join
        .onRef('workflow_versions.workflow_id', '=', 'workflows.id')
        .onRef('workflow_versions.version', '=', 'workflows.version'),
    )
    .selectAll('workflows')
    .select(['workflow_versions.steps', 'workflow_versions.sealed', 'workflow_versions.settings']);
}

/**
 * Finds the row and locks it until the transaction ends, so that changes of one workflow happen one after the other.
 * The lock is a separate statement: `for update` on the join would wait, then pair the new row with the old version and
 * find nothing.
 */
export async function lockWorkflow(trx: Transaction<DB>, organizationId: bigint, id: bigint): Promise<WorkflowRow> {
  await trx
    .selectFrom('workflows')
    .select('id')
    .where('organization_id', '=', organizationId)
    .where('id', '=', id)
    .forUpdate()
    .execute();
  const row = await selectWorkflows(trx)
    .where('workflows.organization_id', '=', organizationId)
    .where('workflows.id', '=', id)
    .where('workflows.deleted_at', 'is', null)
    .executeTakeFirst();
  if (row === undefined) throw notFound();
  return row;
}
