import { type Timestamp, timestampDate, timestampFromDate } from '@bufbuild/protobuf/wkt';
import type { RecordRow, Values } from './collection.ts';

/** Fields that every request for a record has. */
type CommonFields = {
  ownerId?: bigint;
  externalSystem?: string;
  externalId?: string;
  custom?: Uint8Array;
};

/** Returns the columns of the common fields, as for POST: absent fields are null, and `custom` is an empty object. */
export function commonValues(request: CommonFields) {
  return {
    owner_id: request.ownerId ?? null,
    external_system: request.externalSystem ?? null,
    external_id: request.externalId ?? null,
    custom: request.custom === undefined ? '{}' : new TextDecoder().decode(request.custom),
  };
}

/** Returns the columns that a PATCH names. A named column that is null is cleared. */
export function pickValues(values: Values, paths: readonly string[] | undefined): Values {
  const present = new Set(paths);
  return Object.fromEntries(Object.entries(values).filter(([column]) => present.has(column)));
}

/** Returns the fields that every record's message has. */
export function commonFields(row: RecordRow) {
  return {
    id: row.id,
    publicId: row.public_id,
    ownerId: row.owner_id ?? undefined,
    externalSystem: row.external_system ?? undefined,
    externalId: row.external_id ?? undefined,
    custom: new TextEncoder().encode(row.custom),
    createdAt: timestampFromDate(row.created_at),
    updatedAt: timestampFromDate(row.updated_at),
    deletedAt: timestampOf(row.deleted_at),
    revision: row.revision,
  };
}

export function dateOf(timestamp: Timestamp | undefined): Date | null {
  return timestamp === undefined ? null : timestampDate(timestamp);
}

export function timestampOf(date: Date | null): Timestamp | undefined {
  return date === null ? undefined : timestampFromDate(date);
}
