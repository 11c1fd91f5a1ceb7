import { refuseViolations, type Violation } from '@drippulse/errors';
import { jsonKind } from '@drippulse/json';

export const longestName = 255;
const maxDescriptionLength = 10_000;
const maxIntegrationsBytes = 64 * 1024;

/** Members of a request that can be checked without further data. Absent members are not checked. */
export type PlainFields = { name?: string; description?: string | null; integrations?: string };

/** Refuses invalid members, with all violations in one error. */
export function checkFields(fields: PlainFields): void {
  refuseViolations(fieldProblems(fields));
}

export function fieldProblems(fields: PlainFields): Violation[] {
  return [
    ...nameProblems(fields.name),
    ...descriptionProblems(fields.description),
    ...integrationsProblems(fields.integrations),
  ];
}

function nameProblems(name: string | undefined): Violation[] {
  if (name === undefined) return [];
  if (name.trim() === '') return [{ field: 'name', message: 'must not be empty', code: 'required' }];
  if (name.length <= longestName) return [];
  return [{ field: 'name', message: `must be at most ${longestName} characters long`, code: 'length' }];
}

function descriptionProblems(description: string | null | undefined): Violation[] {
  if (!description || description.length <= maxDescriptionLength) return [];
  return [{ field: 'description', message: `must be at most ${maxDescriptionLength} characters long`, code: 'length' }];
}

function integrationsProblems(integrations: string | undefined): Violation[] {
  if (integrations === undefined) return [];
  if (jsonKind(integrations) !== 'array') return [{ field: 'integrations', message: 'must be an array', code: 'type' }];
  if (Buffer.byteLength(integrations) <= maxIntegrationsBytes) return [];
  return [{ field: 'integrations', message: `must be at most ${maxIntegrationsBytes / 1024} KiB`, code: 'length' }];
}
