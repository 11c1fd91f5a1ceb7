import { DomainError } from '@drippulse/errors';
import { sql, type Transaction } from 'kysely';
import type { DB } from '../db/schema.ts';

/**
 * Locks a project. Writers take a shared lock on a workflow's project until they commit. A deletion takes an exclusive
 * lock while it writes the row of `deleted_projects`. Either a writer commits before that row is written, and the
 * deletion moves its workflow, or the writer sees the row.
 */
export async function lockProject(
  trx: Transaction<DB>,
  organizationId: bigint,
  projectId: bigint,
  mode: 'shared' | 'exclusive',
): Promise<void> {
  const lock = sql.raw(mode === 'shared' ? 'pg_advisory_xact_lock_shared' : 'pg_advisory_xact_lock');
  await sql`select ${lock}(hashtext('workflows.projects'), hashtext(${`${organizationId}:${projectId}`}))`.execute(trx);
}

/** Refuses a project that is deleted or being deleted, and prevents its deletion until the transaction ends. */
export async function requireOpenProject(
  trx: Transaction<DB>,
  organizationId: bigint,
  projectId: bigint | null,
): Promise<void> {
  if (projectId === null) return;
  // The lock is a separate statement, so that the next statement sees rows that were committed while the lock was
  // awaited.
  await lockProject(trx, organizationId, projectId, 'shared');
  if ((await findDeleted(trx, organizationId, projectId)) !== undefined) throw projectNotFound();
}

/**
 * Finds the project that gets the workflows of a deleted project, and prevents its deletion until the transaction ends.
 * If that project is deleted too, the search continues with the project that got its workflows; null means no project.
 * The search ends, because every project was still open when it got the workflows.
 */
export async function findHeir(
  trx: Transaction<DB>,
  organizationId: bigint,
  projectId: bigint | null,
): Promise<bigint | null> {
  for (let heir = projectId; heir !== null; ) {
    await lockProject(trx, organizationId, heir, 'shared');
    const deleted = await findDeleted(trx, organizationId, heir);
    if (deleted === undefined) return heir;
    heir = deleted.reassigned_to;
  }
  return null;
}

function findDeleted(trx: Transaction<DB>, organizationId: bigint, projectId: bigint) {
  return trx
    .selectFrom('deleted_projects')
    .select('reassigned_to')
    .where('organization_id', '=', organizationId)
    .where('project_id', '=', projectId)
    .executeTakeFirst();
}

/**
 * Creates the error that the identity service returns for an unknown project. The project is unknown to the identity
 * service too, or soon will be.
 */
function projectNotFound(): DomainError {
  return new DomainError('not_found', 'project_not_found', 'There is no project with this id.');
}
