import { randomUUID } from 'node:crypto';
import { timestampFromDate } from '@bufbuild/protobuf/wkt';
import type { HandlerContext } from '@connectrpc/connect';
import { DomainError } from '@drippulse/errors';
import type { LoginRequest } from '@drippulse/proto/drippulse/identity/v1/identity_pb';
import { sql } from 'kysely';
import { clientAddressHeader } from '../../call-metadata.ts';
import type { Context } from '../context.ts';
import { adminColumns, adminToProto } from '../sessions/to-proto.ts';

const sessionHours = 12;

export async function login(ctx: Context, request: LoginRequest, call: HandlerContext) {
  const { username = '', password = '' } = request;
  await ctx.loginLimits.check(call.requestHeader.get(clientAddressHeader) ?? 'unknown', username);
  const user = await findUser(ctx, username);
  // Compared for an unknown user too, and before the status, so that every refusal takes the same time.
  const isPassword = await ctx.passwords.matches(password, user?.password_hash);
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
    return unchanged;
  });
  return {
    token: await ctx.sessionTokens.sign({ sessionId, userId: user.id, expiresAt }),
    expiresAt: timestampFromDate(expiresAt),
    admin: adminToProto(admin),
  };
}

function findUser(ctx: Context, username: string) {
  return ctx.db.kysely
    .selectFrom('users')
    .select(['id', 'organization_id', 'status', 'password_hash'])
    .where(sql`lower(username)`, '=', sql`lower(${username})`)
    .executeTakeFirst();
}

function invalidCredentials(): DomainError {
  return new DomainError('unauthenticated', 'invalid_credentials', 'The user name or the password is wrong.');
}
