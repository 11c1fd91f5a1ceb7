import type { Timestamp } from '@bufbuild/protobuf/wkt';
import { type RawBuilder, sql } from 'kysely';

/**
 * The filters of a list by the time at which a row was created: at or after `createdSince`, and before `createdUntil`.
 */
export type CreatedFilters = { createdSince?: Timestamp | undefined; createdUntil?: Timestamp | undefined };

/** The filters as Dates with millisecond precision, like the times in responses. */
export type CreatedRange = { since?: Date | undefined; until?: Date | undefined };

export function readCreatedRange({ createdSince, createdUntil }: CreatedFilters): CreatedRange {
  return { since: createdSince && roundedUp(createdSince), until: createdUntil && roundedUp(createdUntil) };
}

/** Returns the conditions on the column with the time of creation. Without a filter, there are no conditions. */
export function createdConditions(filters: CreatedFilters, column = 'created_at'): RawBuilder<boolean>[] {
  const { since, until } = readCreatedRange(filters);
  return [
    ...(since === undefined ? [] : [sql<boolean>`${sql.ref(column)} >= ${since}`]),
    ...(until === undefined ? [] : [sql<boolean>`${sql.ref(column)} < ${until}`]),
  ];
}

/**
 * Rounds a bound up to milliseconds. Columns may have microseconds, which responses do not show. A shown time is at or
 * after a bound exactly when the stored time is at or after the bound rounded up.
 */
function roundedUp({ seconds, nanos }: Timestamp): Date {
  return new Date(Number(seconds) * 1_000 + Math.ceil(nanos / 1e6));
}
