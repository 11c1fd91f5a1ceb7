import type { Caller } from '@drippulse/rpc';
import type { Kysely } from 'kysely';
import type { DB } from '../../db/schema.ts';
import { userIdOf } from '../notifications/own-row.ts';

/** Returns the id of the calling user's identity. Every user of a session has an identity. */
export async function identityIdOf(db: Kysely<DB>, caller: Pick<Caller, 'organizationId' | 'actor'>): Promise<bigint> {
  const { identity_id } = await db
    .selectFrom('memberships')
    .select('identity_id')
    .where('organization_id', '=', caller.organizationId)
    .where('id', '=', userIdOf(caller))
    .where('identity_id', 'is not', null)
    .$narrowType<{ identity_id: bigint }>()
    .executeTakeFirstOrThrow();
  return identity_id;
}
