import type { Mode } from '@drippulse/rpc';
import { type Kysely, sql } from 'kysely';
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

export function countWorkflows(db: Kysely<DB>, filter: Filter) {
  return filtered(db, filter).select((eb) => eb.fn.countAll<bigint>().as('count'));
}

/** The ids are cut before the versions are joined. A plan that joins first may walk the versions of other organizations. */
export function sliceWorkflows(db: Kysely<DB>, filter: Filter, { before, offset, limit }: Slice) {
  const all = filtered(db, filter).select('id');
  const rest = before === undefined ? all : all.where('id', '<', before);
  const ids = rest.orderBy('id', 'desc').offset(offset).limit(limit);
  return selectWorkflows(db).where('workflows.id', 'in', ids).orderBy('workflows.id', 'desc');
}

/** Names the mode as a literal: each mode has partial indexes. */
function filtered(db: Kysely<DB>, { organizationId, mode, status, projectId }: Filter) {
  let query = db
    .selectFrom('workflows')
    .where('organization_id', '=', organizationId)
    .where('mode', '=', sql.lit(mode))
    .where('deleted_at', 'is', null);
  if (status !== undefined) query = query.where('status', '=', status);
  if (projectId !== undefined) query = query.where('project_id', '=', projectId);
  return query;
}
