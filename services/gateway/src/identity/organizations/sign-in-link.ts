import { DomainError } from '@drippulse/errors';
import { usernameOf } from '../../usernames/username.ts';
import { issueLink } from '../links/issue-link.ts';
import type { Identity } from './connect.ts';

/**
 * Creates a token that signs a user in once, within an hour. The previous token becomes invalid. Such tokens are for an
 * installation on a person's own machine.
 */
export async function issueSignInLink(identity: Identity, username: string): Promise<string> {
  return identity.kysely.transaction().execute(async (trx) => {
    const user = await trx
      .selectFrom('identities')
      .innerJoin('memberships', 'memberships.identity_id', 'identities.id')
      .select(['identities.id', 'memberships.email'])
      .where('identities.username', '=', usernameOf(username))
      .orderBy('memberships.id')
      .executeTakeFirst();
    if (!user) throw new DomainError('not_found', 'user_not_found', `There is no user named "${username}".`);
    const { token } = await issueLink(
      trx,
      { kind: 'sign_in', identityId: user.id },
      { email: user.email, now: new Date() },
    );
    return token;
  });
}
