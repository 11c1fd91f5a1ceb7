import { type Timestamp, timestampDate } from '@bufbuild/protobuf/wkt';
import { type CreatedFilters, createdConditions } from '@drippulse/db';
import { type RawBuilder, sql } from 'kysely';
import type { RecordType } from '../record-type.ts';
import { tables, type Value } from './collection.ts';
import { hasId, isPublicId, isUuid } from './ids.ts';

/** A condition of a list; undefined if the parameter is absent. */
export type Condition = RawBuilder<boolean> | undefined;

export function all(conditions: readonly RawBuilder<unknown>[]): RawBuilder<boolean> {
  return sql<boolean>`${sql.join(conditions, sql` and `)}`;
}

/** The filters that every list has. */
export type CommonFilters = CreatedFilters & {
  ids: readonly string[];
  q?: string;
  updatedSince?: Timestamp;
  ownerId?: bigint;
  externalSystem?: string;
  externalId?: string;
};

/** Returns the conditions of all common filters except `q`, for which see `search.ts`. */
export function commonConditions(type: RecordType, filters: CommonFilters): Condition[] {
  const { updatedSince, ownerId, externalSystem, externalId } = filters;
  return [
    hasAnyId(type, filters.ids),
    ...createdConditions(filters),
    updatedSince && sql<boolean>`updated_at >= ${timestampDate(updatedSince)}`,
    equals('owner_id', ownerId),
    ofSystem(externalSystem, externalId),
    equals('external_id', externalId),
  ];
}

/**
 * Returns the condition of the filter by system. With an external id, the unique index finds one row. Without an
 * external id, an index over the records that have a system is used.
 */
function ofSystem(name: string | undefined, externalId: string | undefined): Condition {
  if (name === undefined) return undefined;
  const isOne = externalId !== undefined || name === '';
  return isOne ? sql<boolean>`coalesce(external_system, '') = ${name}` : sql<boolean>`external_system = ${name}`;
}

export function equals(column: string, value: Value | undefined): Condition {
  return value === undefined || value === null ? undefined : sql<boolean>`${sql.ref(column)} = ${value}`;
}

/** Returns a condition of equality that ignores case. The index contains the values in lower case. */
export function equalsAnyCase(column: string, value: string | undefined): Condition {
  return value === undefined ? undefined : sql<boolean>`lower(${sql.ref(column)}) = lower(${value})`;
}

/**
 * Returns the condition that the record links to the target with this UUID or public id. An unknown id matches no row.
 */
export function linksTo(organizationId: bigint, column: string, type: RecordType, id: string | undefined): Condition {
  if (id === undefined) return undefined;
  return sql<boolean>`${sql.ref(column)} = (
    select target.id from ${sql.table(tables[type].table)} as target
    where target.organization_id = ${organizationId} and ${hasId(type, id)})`;
}

/** Returns a condition that a column equals the UUID of a record that has no public id. */
export function equalsUuid(column: string, id: string | undefined): Condition {
  if (id === undefined) return undefined;
  return isUuid(id) ? sql<boolean>`${sql.ref(column)} = ${id}::uuid` : sql<boolean>`false`;
}

/**
 * Returns the condition that the record has one of these UUIDs or public ids. An empty list means that the parameter is
 * absent.
 */
function hasAnyId(type: RecordType, ids: readonly string[]): Condition {
  if (ids.length === 0) return undefined;
  const uuids = ids.filter(isUuid);
  const publicIds = ids.filter((id) => isPublicId(type, id));
  if (publicIds.length === 0) return sql<boolean>`id = any(${uuids}::uuid[])`;
  const byPublicId = sql<boolean>`public_id = any(${publicIds}::text[])`;
  return uuids.length === 0 ? byPublicId : sql<boolean>`(id = any(${uuids}::uuid[]) or ${byPublicId})`;
}

/**
 * Returns the condition that the row has one of these UUIDs, for rows that have no public ids. An empty list means that
 * the parameter is absent.
 */
export function hasAnyUuid(ids: readonly string[]): RawBuilder<boolean>[] {
  return ids.length === 0 ? [] : [sql<boolean>`id = any(${ids.filter(isUuid)}::uuid[])`];
}
