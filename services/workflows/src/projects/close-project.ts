import { DomainError } from '@drippulse/errors';
import type { Mode } from '@drippulse/rpc';
import type { Transaction } from 'kysely';
import type { DB } from '../db/schema.ts';
import { lockProject, requireOpenProject } from './open-project.ts';

type Closing = { organizationId: bigint; mode: Mode; from: bigint; to: bigint | null; onlyIfEmpty: boolean };

/**
 * Closes the project: after the commit, no workflow can be put into it. A repeated call may name a different project
 * that gets the workflows.
 */
export async function closeProject(
  trx: Transaction<DB>,
  { organizationId, mode, from, to, onlyIfEmpty }: Closing,
): Promise<void> {
  // Projects are locked in the order of their ids, so that two projects that are merged into each other cause no
  // deadlock.
  if (to !== null && to < from) await requireOpenProject(trx, organizationId, to);
  await lockProject(trx, organizationId, from, 'exclusive');
  if (to !== null && to > from) await requireOpenProject(trx, organizationId, to);
  if (mode === 'test') await requireNoneLive(trx, organizationId, from);
  if (onlyIfEmpty) await requireEmpty(trx, organizationId, from);
  await trx
    .insertInto('deleted_projects')
    .values({ organization_id: organizationId, project_id: from, reassigned_to: to })
    .onConflict((conflict) => conflict.columns(['organization_id', 'project_id']).doUpdateSet({ reassigned_to: to }))
    .execute();
}

/**
 * Refuses a test key's call if the project has a live workflow. Such a workflow may have been put into the project
 * after the test key was admitted.
 */
async function requireNoneLive(trx: Transaction<DB>, organizationId: bigint, projectId: bigint): Promise<void> {
  const live = await trx
    .selectFrom('workflows')
    .select('id')
    .where('organization_id', '=', organizationId)
    .where('project_id', '=', projectId)
    .where('mode', '=', 'live')
    .where('deleted_at', 'is', null)
    .limit(1)
    .executeTakeFirst();
  if (live === undefined) return;
  throw new DomainError('permission_denied', 'test_mode', 'A test key cannot move live workflows.');
}

async function requireEmpty(trx: Transaction<DB>, organizationId: bigint, projectId: bigint): Promise<void> {
  const { count } = await trx
    .selectFrom('workflows')
    .select((eb) => eb.fn.countAll<bigint>().as('count'))
    .where('organization_id', '=', organizationId)
    .where('project_id', '=', projectId)
    .where('deleted_at', 'is', null)
    .executeTakeFirstOrThrow();
  if (count === 0n) return;
  throw new DomainError(
    'failed_precondition',
    'project_not_empty',
    `The project has ${count} workflow${count === 1n ? '' : 's'}: say where they go with reassign_to, or force=true to leave them without one.`,
  );
}
