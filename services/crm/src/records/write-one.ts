import { DomainError } from '@drippulse/errors';

/**
 * Returns the row that a statement wrote. If a different record has its `external_id`, the error says so: the
 * constraint decides, not a look-up.
 */
export async function writeOne<Row>(writing: Promise<{ rows: Row[] }>): Promise<Row> {
  const { rows } = await refuseTaken(writing);
  const [row] = rows;
  if (row === undefined) throw new Error('a locked record was not there to write');
  return row;
}

/** Awaits a statement that writes rows. If a different record has one of their `external_id`s, the error says so. */
export async function refuseTaken<T>(writing: Promise<T>): Promise<T> {
  try {
    return await writing;
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
