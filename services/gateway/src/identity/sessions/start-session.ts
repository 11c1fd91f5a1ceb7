import { randomUUID } from 'node:crypto';
import type { HandlerContext } from '@connectrpc/connect';
import { type Insertable, sql, type Transaction } from 'kysely';
import type { DB, LoginNetworks } from '../../db/schema.ts';
import type { Context } from '../context.ts';
import { hasFactor } from '../mfa/has-factor.ts';
import { codeRequired } from '../mfa/require-factor.ts';
import { requireAllowedMethod } from '../sso/required.ts';
import { clientNetworkOf, type Proven } from './check-password.ts';
import type { SignInMethod } from './method.ts';
import { adminColumns } from './to-proto.ts';

const sessionHours = 12;
const longestDevice = 255;

/**
 * Begins a session of an identity for one of its memberships. Undefined when the membership is no longer active, or
 * when the password was changed after it was checked. Throws `sso_required` when the organization requires a different
 * sign-in method, and `mfa_code_required` for a second factor that was not checked.
 */
export async function startSession(
  ctx: Context,
  call: HandlerContext,
  who: {
    identityId: bigint;
    memberId: bigint;
    method: SignInMethod;
    passwordHash?: Proven['passwordHash'];
    hasPassedFactor?: boolean;
  },
) {
  const { identityId, memberId: userId, method } = who;
  const now = ctx.clock.now();
  // The time is in whole seconds, because a JWT has no fractions.
  const expiresAt = new Date(Math.floor(now.getTime() / 1000) * 1000 + sessionHours * 3_600_000);
  const sessionId = randomUUID();
  const network = clientNetworkOf(call);
  const member = await ctx.db.kysely.transaction().execute(async (trx) => {
    // A change of the member or the identity writes its row before it ends the sessions. Either this call waits for the
    // change and finds the changed password or status, or the change waits and then ends the new session.
    const unchanged = await trx
      .updateTable('memberships')
      .set({ last_login_at: now })
      .where('id', '=', userId)
      .where('identity_id', '=', identityId)
      .where('status', '=', 'active')
      .returning(adminColumns)
      .executeTakeFirst();
    if (unchanged === undefined || !(await isUnchanged(trx, who))) return undefined;
    // A sign-in through an organization's own provider is exempt, because the provider requires its own factors.
    if (method !== 'sso' && who.hasPassedFactor !== true) await refuseFactor(trx, identityId);
    await requireAllowedMethod(trx, { organizationId: unchanged.organization_id, memberId: userId, method });
    await trx
      .insertInto('sessions')
      .values({
        id: sessionId,
        organization_id: unchanged.organization_id,
        identity_id: identityId,
        user_id: userId,
        method,
        device: call.requestHeader.get('user-agent')?.slice(0, longestDevice) ?? null,
        network,
        created_at: now,
        last_used_at: now,
        expires_at: expiresAt,
      })
      .execute();
    await rememberNetwork(trx, { user_id: userId, network, last_login_at: now });
    return unchanged;
  });
  return member && { token: await ctx.sessionTokens.sign({ sessionId, userId, expiresAt }), expiresAt, member };
}

/**
 * Refuses the session when there is a factor that was not checked, such as one that was enabled a moment ago. A
 * separate statement sees the changes for which the locks waited.
 */
async function refuseFactor(trx: Transaction<DB>, identityId: bigint): Promise<void> {
  const { is_there } = await trx.selectNoFrom(hasFactor(sql`${identityId}`).as('is_there')).executeTakeFirstOrThrow();
  if (is_there) throw codeRequired();
}

async function isUnchanged(
  trx: Transaction<DB>,
  { identityId, passwordHash }: { identityId: bigint; passwordHash?: string },
): Promise<boolean> {
  let identity = trx.selectFrom('identities').select('id').where('id', '=', identityId).forShare();
  if (passwordHash !== undefined) identity = identity.where('password_hash', '=', passwordHash);
  return (await identity.executeTakeFirst()) !== undefined;
}

async function rememberNetwork(trx: Transaction<DB>, login: Insertable<LoginNetworks>): Promise<void> {
  await trx
    .insertInto('login_networks')
    .values(login)
    .onConflict((conflict) =>
      conflict.columns(['user_id', 'network']).doUpdateSet({ last_login_at: login.last_login_at }),
    )
    .execute();
}
