import type { HandlerContext } from '@connectrpc/connect';
import { DomainError } from '@drippulse/errors';
import { sql } from 'kysely';
import { clientAddressHeader } from '../../call-metadata.ts';
import { networkOf } from '../../client-network.ts';
import { usernameOf } from '../../usernames/username.ts';
import type { Context } from '../context.ts';
import { hasFactor } from '../mfa/has-factor.ts';

/**
 * Identity that was proven by its password, and the hash of the password. The hash must be unchanged when the session
 * begins.
 */
export type Proven = { identityId: bigint; passwordHash: string };

/**
 * Checks a user name and a password. Refusals take the same time and have the same response, whether or not the
 * identity exists or has a membership. Throws `resource_exhausted` after too many attempts.
 */
export async function checkPassword(
  ctx: Context,
  { username, password }: { username: string; password: string },
  call: HandlerContext,
): Promise<Proven & { lastMemberId: bigint; hasFactor: boolean }> {
  const attempt = { username: usernameOf(username), network: clientNetworkOf(call) };
  await ctx.loginLimits.count(attempt);
  const user = await findUser(ctx, attempt);
  const isStranger = user?.is_known !== true;
  if (isStranger) await ctx.loginLimits.countStranger(attempt);
  // The password is compared for an unknown user too, and before the status is checked, so that every refusal takes the
  // same time.
  const isPassword = await ctx.passwords.matches(password, user?.password_hash, isStranger ? 'stranger' : 'known');
  if (!user || !isPassword || user.password_hash === null || user.member_id === null) throw invalidCredentials();
  return {
    identityId: user.id,
    passwordHash: user.password_hash,
    lastMemberId: user.member_id,
    hasFactor: user.has_factor,
  };
}

/** Returns the network of the client that made a call. */
export function clientNetworkOf(call: HandlerContext): string {
  return networkOf(call.requestHeader.get(clientAddressHeader) ?? '');
}

/**
 * Finds the identity of a name, with the active membership that was used last, and whether a login has come from the
 * attempt's network before. Every attempt makes one query.
 */
function findUser(ctx: Context, attempt: { username: string; network: string }) {
  return ctx.db.kysely
    .selectFrom('identities')
    .select(['identities.id', 'identities.password_hash'])
    .select((eb) => [
      eb
        .selectFrom('memberships')
        .select('memberships.id')
        .whereRef('memberships.identity_id', '=', 'identities.id')
        .where('memberships.status', '=', 'active')
        .orderBy('memberships.last_login_at', (order) => order.desc().nullsLast())
        .orderBy('memberships.id')
        .limit(1)
        .as('member_id'),
      eb
        .exists(
          eb
            .selectFrom('login_networks')
            .innerJoin('memberships', 'memberships.id', 'login_networks.user_id')
            .select('memberships.id')
            .whereRef('memberships.identity_id', '=', 'identities.id')
            .where('login_networks.network', '=', attempt.network),
        )
        .as('is_known'),
      hasFactor(sql.ref('identities.id')).as('has_factor'),
    ])
    .where('identities.username', '=', attempt.username)
    .executeTakeFirst();
}

export function invalidCredentials(): DomainError {
  return new DomainError('unauthenticated', 'invalid_credentials', 'The user name or the password is wrong.');
}
