import { randomUUID } from 'node:crypto';
import { timestampFromDate } from '@bufbuild/protobuf/wkt';
import type { HandlerContext } from '@connectrpc/connect';
import { DomainError } from '@drippulse/errors';
import type { LoginRequest } from '@drippulse/proto/drippulse/identity/v1/identity_pb';
import type { Insertable, Transaction } from 'kysely';
import { clientAddressHeader } from '../../call-metadata.ts';
import { networkOf } from '../../client-network.ts';
import type { DB, LoginNetworks } from '../../db/schema.ts';
import { usernameKey } from '../../usernames/username-key.ts';
import type { Context } from '../context.ts';
import { adminColumns, adminToProto } from '../sessions/to-proto.ts';

const sessionHours = 12;

export async function login(ctx: Context, request: LoginRequest, call: HandlerContext) {
  const { username = '', password = '' } = request;
  const attempt = {
    usernameKey: usernameKey(username),
    network: networkOf(call.requestHeader.get(clientAddressHeader) ?? ''),
  };
  await ctx.loginLimits.count(attempt);
  const user = await findUser(ctx, attempt);
  const isStranger = user?.known_network !== attempt.network;
  if (isStranger) await ctx.loginLimits.countStranger(attempt);
  // Compared for an unknown user too, and before the status, so that every refusal takes the same time.
  const isPassword = await ctx.passwords.matches(password, user?.password_hash, isStranger ? 'stranger' : 'known');
  if (!user || !isPassword || user.status !== 'active') throw invalidCredentials();

  const now = ctx.clock.now();
  // Whole seconds: a JWT has no fractions.
  const expiresAt = new Date(Math.floor(now.getTime() / 1000) * 1000 + sessionHours * 3_600_000);
  const sessionId = randomUUID();
  const admin = await ctx.db.kysely.transaction().execute(async (trx) => {
    // The comparison took 65 ms. A change of the user writes this row before it ends the sessions. Either this update
    // waits for the change and finds another password or status, or the change waits and then ends the new session.
    const unchanged = await trx
      .updateTable('users')
      .set({ last_login_at: now })
      .where('id', '=', user.id)
      .where('password_hash', '=', user.password_hash)
      .where('status', '=', 'active')
      .returning(adminColumns)
      .executeTakeFirst();
    if (!unchanged) throw invalidCredentials();
    await trx
      .insertInto('sessions')
      .values({
        id: sessionId,
        organization_id: user.organization_id,
        user_id: user.id,
        created_at: now,
        expires_at: expiresAt,
      })
      .execute();
    await rememberNetwork(trx, { user_id: user.id, network: attempt.network, last_login_at: now });
    return unchanged;
  });
  return {
    token: await ctx.sessionTokens.sign({ sessionId, userId: user.id, expiresAt }),
    expiresAt: timestampFromDate(expiresAt),
    admin: adminToProto(admin),
  };
}

/** The user of a name, with the network of the attempt if a login has come from it before: one query for every attempt. */
function findUser(ctx: Context, attempt: { usernameKey: string; network: string }) {
  return ctx.db.kysely
    .selectFrom('users')
    .leftJoin('login_networks', (join) =>
      join.onRef('login_networks.user_id', '=', 'users.id').on('login_networks.network', '=', attempt.network),
    )
    .select(['users.id', 'users.organization_id', 'users.status', 'users.password_hash'])
    .select('login_networks.network as known_network')
    .where('users.username_key', '=', attempt.usernameKey)
    .executeTakeFirst();
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

function invalidCredentials(): DomainError {
  return new DomainError('unauthenticated', 'invalid_credentials', 'The user name or the password is wrong.');
}
