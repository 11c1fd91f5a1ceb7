import { type Timestamp, timestampDate } from '@bufbuild/protobuf/wkt';
import { type RawBuilder, sql } from 'kysely';
import type { RecordType } from '../record-type.ts';
import { tables, type Value } from './collection.ts';
import { hasId, isUuid } from './ids.ts';

/** What the rows of a list meet; an absent parameter asks for nothing. */
export type Condition = RawBuilder<boolean> | undefined;

export function all(conditions: readonly RawBuilder<unknown>[]): RawBuilder<boolean> {
  return sql<boolean>`${sql.join(conditions, sql` and `)}`;
}

/** The filters that every list takes. */
export type CommonFilters = {
  q?: string;
  updatedSince?: Timestamp;
  ownerId?: bigint;
  externalSystem?: string;
  externalId?: string;
};

/** The conditions of all of them but `q`: see `search.ts`. */
export function commonConditions(filters: CommonFilters): Condition[] {
  const { updatedSince, ownerId, externalSystem, externalId } = filters;
  return [
    updatedSince && sql<boolean>`updated_at >= ${timestampDate(updatedSince)}`,
    equals('owner_id', ownerId),
    ofSystem(externalSystem, externalId),
    equals('external_id', externalId),
  ];
}

/** With an id elsewhere it is one row of the unique index; without, there is an index over the records that have a system. */
function ofSystem(name: string | undefined, externalId: string | undefined): Condition {
  if (name === undefined) return undefined;
  const isOne = externalId !== undefined || name === '';
  return isOne ? sql<boolean>`coalesce(external_system, '') = ${name}` : sql<boolean>`external_system = ${name}`;
}

export function equals(column: string, value: Value | undefined): Condition {
  return value === undefined || value === null ? undefined : sql<boolean>`${sql.ref(column)} = ${value}`;
}

/** Equal in whatever case; there is an index over the lower case. */
export function equalsAnyCase(column: string, value: string | undefined): Condition {
  return value === undefined ? undefined : sql<boolean>`lower(${sql.ref(column)}) = lower(${value})`;
}

/** Linked to the record of a type that this UUID or public id names; an unknown id is met by no row. */
export function linksTo(organizationId: bigint, column: string, type: RecordType, id: string | undefined): Condition {
  if (id === undefined) return undefined;
  return sql<boolean>`${sql.ref(column)} = (
    select target.id from ${sql.table(tables[type].table)} as target
    where target.organization_id = ${organizationId} and ${hasId(type, id)})`;
}

/** A column of UUIDs that no public ids stand for. */
export function equalsUuid(column: string, id: string | undefined): Condition {
  if (id === undefined) return undefined;
  return isUuid(id) ? sql<boolean>`${sql.ref(column)} = ${id}::uuid` : sql<boolean>`false`;
}
