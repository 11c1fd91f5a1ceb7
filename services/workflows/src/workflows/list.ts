import type { Mode } from '@drippulse/rpc';
import { type Kysely, type RawBuilder, sql } from 'kysely';
import type { DB } from '../db/schema.ts';
import { isBehind, namePositionColumn, type Order, orderBy, type Place } from './orders.ts';
import { selectWorkflows } from './rows.ts';
import type { Status } from './statuses.ts';

/** Selects the workflows of an organization for a list. */
export type Filter = {
  organizationId: bigint;
  mode: Mode;
  status: Status | undefined;
  projectId: bigint | undefined;
  /** Condition of the filters that all kinds of lists have. */
  rows?: RawBuilder<boolean>;
  /** Substring of the name. */
  q?: string | undefined;
};

/** The rows that come after a place in an order. */
export type Slice = { order: Order; place: Place | undefined; offset: number; limit: number };

/** Minimum number of characters with which `q` matches anywhere in a name. */
const leastInside = 3;

export function countWorkflows(db: Kysely<DB>, filter: Filter) {
  return filtered(db, filter).select((eb) => eb.fn.countAll<bigint>().as('count'));
}

/** Selects whole workflows. */
export function sliceWorkflows(db: Kysely<DB>, filter: Filter, slice: Slice) {
  return selectWorkflows(db)
    .select(namePositionColumn)
    .where('workflows.id', 'in', idsOf(db, filter, slice))
    .orderBy(orderBy(slice.order));
}

/** Selects workflows without their steps. */
export function sliceSummaries(db: Kysely<DB>, filter: Filter, slice: Slice) {
  return db
    .selectFrom('workflows')
    .innerJoin('workflow_versions', (join) =>
      join
        .onRef('workflow_versions.workflow_id', '=', 'workflows.id')
        .onRef('workflow_versions.version', '=', 'workflows.version'),
    )
    .selectAll('workflows')
    .select([namePositionColumn, 'workflow_versions.step_count'])
    .where('workflows.id', 'in', idsOf(db, filter, slice))
    .orderBy(orderBy(slice.order));
}

/**
 * Selects the ids of a slice. The ids are limited before the versions are joined, because a plan that joins first may
 * read the versions of other organizations.
 */
function idsOf(db: Kysely<DB>, filter: Filter, { order, place, offset, limit }: Slice) {
  const all = filtered(db, filter).select('workflows.id');
  const rest = place === undefined ? all : all.where(isBehind(order, place));
  return rest.orderBy(orderBy(order)).offset(offset).limit(limit);
}

/**
 * Selects the rows that match a filter. The mode is a literal in the statement, because each mode has partial indexes.
 */
function filtered(db: Kysely<DB>, filter: Filter) {
  const { status, projectId, q, rows } = filter;
  let query = ownWorkflows(db, filter);
  if (rows !== undefined) query = query.where(rows);
  if (status !== undefined) query = query.where('status', '=', status);
  if (projectId !== undefined) query = query.where('project_id', '=', projectId);
  if (q !== undefined) query = query.where(hasName(q));
  return query;
}

export function ownWorkflows(db: Kysely<DB>, { organizationId, mode }: Pick<Filter, 'organizationId' | 'mode'>) {
  return db
    .selectFrom('workflows')
    .where('organization_id', '=', organizationId)
    .where('mode', '=', sql.lit(mode))
    .where('deleted_at', 'is', null);
}

/** Returns the condition on the name, with the same expressions as the indexes. */
function hasName(q: string) {
  const text = q.replace(/[\\%_]/g, '\\$&');
  if ([...q].length < leastInside)
    return sql<boolean>`lower(left(workflows.name, 100)) collate "C" like lower(${`${text}%`})`;
  return sql<boolean>`lower(workflows.name) like lower(${`%${text}%`})`;
}
