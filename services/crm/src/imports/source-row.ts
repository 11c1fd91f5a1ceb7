import type { DomainError, Violation } from '@drippulse/errors';
import type { JsonObject } from '@drippulse/json';

/**
 * A row of an upload: its members as in the API, with `custom.<key>` for custom fields, or the problems that made the
 * row unreadable. A row is plain JSON, so that it can be stored for a job.
 */
export type SourceRow = { collection: string; row: number } & ({ fields: JsonObject } | { problems: Violation[] });

/** A row that could be read. */
export type ReadRow = { collection: string; row: number; fields: JsonObject };

/** Returns the violations of an error. An empty field stands for the whole row. */
export function problemsOf({ violations, message }: DomainError): Violation[] {
  return violations.length > 0 ? violations : [{ field: '', message }];
}
