import { DomainError } from '@drippulse/errors';
import type { Kysely } from 'kysely';
import type { DB } from '../../db/schema.ts';

/** Finds a project of the organization. A project of a different organization is reported as missing. */
export async function findProject(db: Kysely<DB>, organizationId: bigint, id: bigint) {
  const row = await db
    .selectFrom('projects')
    .selectAll()
    .where('organization_id', '=', organizationId)
    .where('id', '=', id)
    .executeTakeFirst();
  if (!row) throw projectNotFound();
  return row;
}

export function projectNotFound(): DomainError {
  return new DomainError('not_found', 'project_not_found', 'There is no project with this id.');
}
