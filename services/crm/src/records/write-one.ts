import { DomainError } from '@drippulse/errors';

/**
 * The row that a statement wrote. Of a record whose `external_id` another one has it says that it is taken: the
 * constraint decides, not a look before.
 */
export async function writeOne<Row>(writing: Promise<{ rows: Row[] }>): Promise<Row> {
  const { rows } = await tellTaken(writing);
  const [row] = rows;
  if (row === undefined) throw new Error('a record that is held was not there to write');
  return row;
}

/** The same of a statement that writes several. */
export async function tellTaken<T>(writing: Promise<T>): Promise<T> {
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
