import type { HandlerContext } from '@connectrpc/connect';
import { DomainError } from '@drippulse/errors';
import type { EnrollMfaRequest } from '@drippulse/proto/drippulse/identity/v1/mfa_pb';
import { callerOf } from '@drippulse/rpc';
import type { Context } from '../context.ts';
import { identityIdOf } from '../identities/own-identity.ts';
import { mfaContext } from '../mfa/context.ts';
import { makeSecret, shownSecret } from '../mfa/totp.ts';
import { requireOwnSignIn } from '../sessions/require-own-sign-in.ts';

export async function enrollMfa(ctx: Context, _request: EnrollMfaRequest, call: HandlerContext) {
  const { kysely } = ctx.db;
  await requireOwnSignIn(kysely, call);
  const identityId = await identityIdOf(kysely, callerOf(call));
  const secret = makeSecret();
  const enrolled = {
    secret: ctx.sealer.seal(secret, mfaContext(identityId)),
    last_step: null,
    created_at: ctx.clock.now(),
  };
  const { numInsertedOrUpdatedRows } = await kysely
    .insertInto('mfa_factors')
    .values({ identity_id: identityId, ...enrolled })
    // Wrong codes still count, so that enrolling a new secret gives a guesser no further tries.
    .onConflict((conflict) =>
      conflict.column('identity_id').doUpdateSet(enrolled).where('mfa_factors.enabled_at', 'is', null),
    )
    .executeTakeFirstOrThrow();
  if (numInsertedOrUpdatedRows === 0n) {
    throw new DomainError('already_exists', 'mfa_already_enabled', 'You have a second factor already.');
  }
  const { username } = await kysely
    .selectFrom('identities')
    .select('username')
    .where('id', '=', identityId)
    .executeTakeFirstOrThrow();
  return shownSecret(secret, username);
}
