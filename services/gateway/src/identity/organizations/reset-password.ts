import { DomainError, refuseViolations } from '@drippulse/errors';
import { sql } from 'kysely';
import { usernameKey } from '../../usernames/username-key.ts';
import { endSessions } from '../sessions/end-sessions.ts';
import { createPasswords } from '../sessions/passwords.ts';
import { passwordProblems } from '../team-members/fields.ts';
import type { Identity } from './connect.ts';
import { makePassword } from './create.ts';

/**
 * Sets a new password and ends the sessions of the user. Without `password` it makes one. A disabled user stays disabled.
 */
export async function resetPassword(
  identity: Identity,
  input: { username: string; password?: string },
): Promise<{ password: string }> {
  const { username, password = makePassword() } = input;
  refuseViolations(passwordProblems(password));
  const passwordHash = await createPasswords().hash(password);
  await identity.kysely.transaction().execute(async (trx) => {
    const user = await trx
      .updateTable('users')
      .set({
        password_hash: passwordHash,
        status: sql`case status when 'invited' then 'active' else status end`,
        updated_at: sql`now()`,
      })
      .where('username_key', '=', usernameKey(username))
      .returning('id')
      .executeTakeFirst();
    if (!user) throw new DomainError('not_found', 'user_not_found', `There is no user named "${username}".`);
    await endSessions(trx, user.id, new Date());
  });
  return { password };
}
