import { DomainError } from '@drippulse/errors';
import { usernameOf } from '../../usernames/username.ts';
import { endSessionsOfIdentity } from '../sessions/end-sessions.ts';
import type { Identity } from './connect.ts';

/**
 * Removes the second factor of a user who has lost both the factor and the recovery codes, and ends the user's
 * sessions.
 */
export async function resetMfa(identity: Identity, { username }: { username: string }): Promise<void> {
  await identity.kysely.transaction().execute(async (trx) => {
    const user = await trx
      .selectFrom('identities')
      .select('id')
      .where('username', '=', usernameOf(username))
      .forNoKeyUpdate()
      .executeTakeFirst();
    if (!user) throw new DomainError('not_found', 'user_not_found', `There is no user named "${username}".`);
    await trx.deleteFrom('mfa_factors').where('identity_id', '=', user.id).execute();
    await endSessionsOfIdentity(trx, user.id, new Date());
  });
}
