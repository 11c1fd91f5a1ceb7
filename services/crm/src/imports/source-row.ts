import type { DomainError, Violation } from '@drippulse/errors';
import type { JsonObject } from '@drippulse/json';

/**
 * A row of an upload: members as the API spells them, of which `custom.<key>` is one of the own fields, or why it could
 * not be read. Plain JSON, so that it can wait in the database for a job.
 */
export type SourceRow = { collection: string; row: number } & ({ fields: JsonObject } | { problems: Violation[] });

/** One with something to write. */
export type ReadRow = { collection: string; row: number; fields: JsonObject };

/** What was wrong, field by field; an empty field is the whole row. */
export function problemsOf({ violations, message }: DomainError): Violation[] {
  return violations.length > 0 ? violations : [{ field: '', message }];
}
