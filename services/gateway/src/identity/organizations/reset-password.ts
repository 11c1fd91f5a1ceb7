import { DomainError, refuseViolations } from '@drippulse/errors';
import { sql } from 'kysely';
import { usernameOf } from '../../usernames/username.ts';
import { insertIdentity } from '../identities/insert-identity.ts';
import { endSessionsOfIdentity } from '../sessions/end-sessions.ts';
import { createPasswords } from '../sessions/passwords.ts';
import { passwordProblems } from '../team-members/fields.ts';
import type { Identity } from './connect.ts';
import { makePassword } from './create.ts';

/**
 * Sets a new password and ends the user's sessions. If `password` is absent, generates a password. A disabled user
 * stays disabled. An invited member becomes active.
 */
export async function resetPassword(
  identity: Identity,
  input: { username: string; password?: string },
): Promise<{ password: string }> {
  const { username, password = makePassword() } = input;
  refuseViolations(passwordProblems(password));
  const passwordHash = await createPasswords().hash(password);
  await identity.kysely.transaction().execute(async (trx) => {
    const known = await trx
      .updateTable('identities')
      .set({ password_hash: passwordHash, updated_at: sql`now()` })
      .where('username', '=', usernameOf(username))
      .returning('id')
      .executeTakeFirst();
    if (known) return endSessionsOfIdentity(trx, known.id, new Date());
    const invited = await trx
      .selectFrom('memberships')
      .select(['id', 'username', 'email'])
      .where('username', '=', usernameOf(username))
      .where('identity_id', 'is', null)
      .orderBy('id')
      .forNoKeyUpdate()
      .executeTakeFirst();
    if (!invited) throw new DomainError('not_found', 'user_not_found', `There is no user named "${username}".`);
    const identityId = await insertIdentity(trx, { ...invited, passwordHash, now: new Date() });
    await trx
      .updateTable('memberships')
      .set({
        identity_id: identityId,
        status: sql`case status when 'invited' then 'active' else status end`,
        updated_at: sql`now()`,
      })
      .where('id', '=', invited.id)
      .execute();
  });
  return { password };
}
