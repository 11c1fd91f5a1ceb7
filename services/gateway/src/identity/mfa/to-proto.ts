import type { MessageInitShape } from '@bufbuild/protobuf';
import { timestampFromDate } from '@bufbuild/protobuf/wkt';
import type { MfaSchema } from '@drippulse/proto/drippulse/identity/v1/mfa_pb';
import type { Caller } from '@drippulse/rpc';
import type { Kysely } from 'kysely';
import type { DB } from '../../db/schema.ts';
import { userIdOf } from '../notifications/own-row.ts';

/** Reads the state of the calling user's second factor. */
export async function readMfa(
  db: Kysely<DB>,
  caller: Pick<Caller, 'organizationId' | 'actor'>,
): Promise<MessageInitShape<typeof MfaSchema>> {
  const row = await db
    .selectFrom('memberships')
    .innerJoin('organizations', 'organizations.id', 'memberships.organization_id')
    .leftJoin('mfa_factors', 'mfa_factors.identity_id', 'memberships.identity_id')
    .select(['organizations.require_mfa', 'mfa_factors.enabled_at'])
    .select((eb) =>
      eb
        .selectFrom('mfa_recovery_codes')
        .select((codes) => codes.fn.countAll<bigint>().as('count'))
        .whereRef('mfa_recovery_codes.identity_id', '=', 'memberships.identity_id')
        .as('left'),
    )
    .where('memberships.organization_id', '=', caller.organizationId)
    .where('memberships.id', '=', userIdOf(caller))
    .executeTakeFirstOrThrow();
  return {
    enabled: row.enabled_at !== null,
    ...(row.enabled_at && { enabledAt: timestampFromDate(row.enabled_at) }),
    recoveryCodesLeft: Number(row.left ?? 0n),
    required: row.require_mfa,
  };
}
