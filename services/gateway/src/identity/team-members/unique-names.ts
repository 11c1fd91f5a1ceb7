import { DomainError, type Violation } from '@drippulse/errors';
import type { Transaction } from 'kysely';
import type { DB } from '../../db/schema.ts';
import { usernameOf } from '../../usernames/username.ts';

const fields: Record<string, Violation> = {
  identities_username_key: { field: 'username', message: 'is taken', code: 'duplicate' },
  memberships_organization_id_email_key: { field: 'email', message: 'belongs to another member', code: 'duplicate' },
};

/** Runs a write of a user. If a name is taken, throws a violation of its field. */
export async function refusingTakenNames<T>(write: Promise<T>): Promise<T> {
  try {
    return await write;
  } catch (error) {
    const violation = fields[constraintOf(error) ?? ''];
    if (!violation) throw error;
    throw refusal(violation, error);
  }
}

/** Throws the error of a taken user name, for a name that is stored without an identity. */
export async function refuseTakenUsername(trx: Transaction<DB>, username: string): Promise<void> {
  const taken = await trx
    .selectFrom('identities')
    .select('id')
    .where('username', '=', usernameOf(username))
    .executeTakeFirst();
  if (taken) throw refusal({ field: 'username', message: 'is taken', code: 'duplicate' });
}

function refusal(violation: Violation, cause?: unknown): DomainError {
  return new DomainError('invalid', 'validation_failed', `${violation.field} ${violation.message}`, {
    violations: [violation],
    cause,
  });
}

function constraintOf(error: unknown): string | undefined {
  if (!(error instanceof Error) || !('constraint' in error)) return undefined;
  return typeof error.constraint === 'string' ? error.constraint : undefined;
}
