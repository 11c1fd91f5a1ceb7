import { DomainError } from '@drippulse/runtime';

/** Says of a record whose `external_id` another one has that it is taken; the constraint decides, not a look before. */
export async function refuseTaken(writing: Promise<unknown>): Promise<void> {
  try {
    await writing;
  } catch (error) {
    if (!isTaken(error)) throw error;
    const message = 'is taken by another record of this external_system';
    throw new DomainError('already_exists', 'external_id_taken', `external_id ${message}`, {
      cause: error,
      violations: [{ field: 'external_id', message }],
    });
  }
}

function isTaken(error: unknown): boolean {
  return (
    error instanceof Error &&
    'constraint' in error &&
    typeof error.constraint === 'string' &&
    error.constraint.endsWith('_external_key')
  );
}
