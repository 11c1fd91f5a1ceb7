import { DomainError } from '@drippulse/errors';

const fields: Record<string, { field: string; message: string }> = {
  users_username_key: { field: 'username', message: 'is taken' },
  users_username_key_key: { field: 'username', message: 'is taken, or looks like a name that is taken' },
  users_organization_id_email_key: { field: 'email', message: 'belongs to another member' },
};

/** Runs a write of a user. A name that is taken becomes a violation of its field. */
export async function refusingTakenNames<T>(write: Promise<T>): Promise<T> {
  try {
    return await write;
  } catch (error) {
    const violation = fields[constraintOf(error) ?? ''];
    if (!violation) throw error;
    throw new DomainError('invalid', 'validation_failed', `${violation.field} ${violation.message}`, {
      violations: [violation],
      cause: error,
    });
  }
}

function constraintOf(error: unknown): string | undefined {
  if (!(error instanceof Error) || !('constraint' in error)) return undefined;
  return typeof error.constraint === 'string' ? error.constraint : undefined;
}
