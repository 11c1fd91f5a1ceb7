import { DomainError } from '@drippulse/errors';

/**
 * Returns the row that a statement wrote. Throws `external_id_taken` if a different record has the row's `external_id`.
 * The unique constraint detects this, so no look-up is needed.
 */
export async function writeOne<Row>(writing: Promise<{ rows: Row[] }>): Promise<Row> {
  const { rows } = await refuseTaken(writing);
  const [row] = rows;
  if (row === undefined) throw new Error('a locked record was not there to write');
  return row;
}

/**
 * Awaits a statement that writes rows. Throws `external_id_taken` if a different record has the `external_id` of one of
 * them.
 */
export async function refuseTaken<T>(writing: Promise<T>): Promise<T> {
  try {
    return await writing;
  } catch (error) {
    if (!isTaken(error)) throw error;
    const message = 'is used by another record of this external_system';
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
