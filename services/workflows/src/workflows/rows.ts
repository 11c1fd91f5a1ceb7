import { DomainError } from '@drippulse/runtime';
import type { InferResult, Kysely, Transaction } from 'kysely';
import type { DB } from '../db/schema.ts';

/** A workflow with the steps of its current version. */
export type WorkflowRow = InferResult<ReturnType<typeof selectWorkflows>>[number];

/** Rows with the steps of their current version, still to be scoped and ordered. */
export function selectWorkflows(db: Kysely<DB>) {
  return db
    .selectFrom('workflows')
    .innerJoin('workflow_versions', (join) =>
      join
        .onRef('workflow_versions.workflow_id', '=', 'workflows.id')
        .onRef('workflow_versions.version', '=', 'workflows.version'),
    )
    .selectAll('workflows')
    .select('workflow_versions.steps');
}

export async function findWorkflow(db: Kysely<DB>, organizationId: bigint, id: bigint): Promise<WorkflowRow> {
  const { rows } = await db.executeQuery<WorkflowRow>(findQuery(db, organizationId, id));
  const [row] = rows;
  if (row === undefined) throw new DomainError('not_found', 'workflow_not_found', 'There is no workflow with this id.');
  return row;
}

let compiled: ReturnType<typeof compileFind> | undefined;

/** Compiled once: building the text anew costs more than half of what sending it does. */
function findQuery(db: Kysely<DB>, organizationId: bigint, id: bigint) {
  compiled ??= compileFind(db);
  return { ...compiled, parameters: [organizationId, id] };
}

function compileFind(db: Kysely<DB>) {
  return selectWorkflows(db)
    .where('workflows.organization_id', '=', 0n)
    .where('workflows.id', '=', 0n)
    .where('workflows.deleted_at', 'is', null)
    .compile();
}

/**
 * The row, held until the transaction ends: two changes of one workflow happen one after the other. The lock is a
 * statement of its own, because `for update` on the join would wait, then pair the new row with the old version and
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
  return findWorkflow(trx, organizationId, id);
}
