import { randomUUID } from 'node:crypto';
import type { MessageInitShape } from '@bufbuild/protobuf';
import { timestampFromDate } from '@bufbuild/protobuf/wkt';
import type { HandlerContext } from '@connectrpc/connect';
import { DomainError } from '@drippulse/errors';
import type { LoginRequest, LoginResponseSchema } from '@drippulse/proto/drippulse/identity/v1/identity_pb';
import { sql } from 'kysely';
import type { Context } from '../../context.ts';
import { clientAddressHeader } from '../../transcoder/ports.ts';
import { adminColumns, adminToProto } from '../sessions/to-proto.ts';

const sessionHours = 12;

export async function login(
  ctx: Context,
  request: LoginRequest,
  call: HandlerContext,
): Promise<MessageInitShape<typeof LoginResponseSchema>> {
  const { username = '', password = '' } = request;
  await ctx.loginLimits.check(call.requestHeader.get(clientAddressHeader) ?? 'unknown', username);
  const user = await findUser(ctx, username);
  // Compared even when there is no such user, and before anything about the user is looked at.
  const isPassword = await ctx.passwords.matches(password, user?.password_hash);
  if (!user || !isPassword || user.status !== 'active') throw invalidCredentials();

  const now = ctx.clock.now();
  // Whole seconds, because that is what the token can say.
  const expiresAt = new Date(Math.floor(now.getTime() / 1000) * 1000 + sessionHours * 3_600_000);
  const sessionId = randomUUID();
  const admin = await ctx.db.kysely.transaction().execute(async (trx) => {
    // Comparing took 65 ms. Whoever changes or disables the user writes this row before ending the sessions: either this
    // waits for them and finds another password or status, or they wait for this and end the session made here.
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
