import type { Mode } from '@drippulse/rpc';
import type { Kysely } from 'kysely';
import type { DB } from '../db/schema.ts';
import { selectWorkflows } from './rows.ts';
import type { Status } from './statuses.ts';

/** Selects the workflows of an organization for a list. */
export type Filter = {
  organizationId: bigint;
  mode: Mode;
  status: Status | undefined;
  projectId: bigint | undefined;
};

/** Rows before an id, newest first. */
export type Slice = { before: bigint | undefined; offset: number; limit: number };

export function countWorkflows(db: Kysely<DB>, { organizationId, mode, status, projectId }: Filter) {
  let query = db
    .selectFrom('workflows')
    .select((eb) => eb.fn.countAll<bigint>().as('count'))
    .where('organization_id', '=', organizationId)
    .where('mode', '=', mode)
    .where('deleted_at', 'is', null);
  if (status !== undefined) query = query.where('status', '=', status);
  if (projectId !== undefined) query = query.where('project_id', '=', projectId);
  return query;
}

export function sliceWorkflows(db: Kysely<DB>, { organizationId, mode, status, projectId }: Filter, slice: Slice) {
  let query = selectWorkflows(db)
    .where('workflows.organization_id', '=', organizationId)
    .where('workflows.mode', '=', mode)
    .where('workflows.deleted_at', 'is', null);
  if (status !== undefined) query = query.where('workflows.status', '=', status);
  if (projectId !== undefined) query = query.where('workflows.project_id', '=', projectId);
  if (slice.before !== undefined) query = query.where('workflows.id', '<', slice.before);
  return query.orderBy('workflows.id', 'desc').offset(slice.offset).limit(slice.limit);
}
