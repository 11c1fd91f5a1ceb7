import type { Kysely } from 'kysely';
import type { DB } from '../../db/schema.ts';
import { adminColumns } from '../sessions/to-proto.ts';

/** Finds the owner of an organization: the first administrator who can sign in. */
export function findOwner(db: Kysely<DB>, organizationId: bigint) {
  return db
    .selectFrom('memberships')
    .select(adminColumns)
    .where('organization_id', '=', organizationId)
    .where('role', '=', 'admin')
    .where('status', '=', 'active')
    .orderBy('id')
    .limit(1)
    .executeTakeFirst();
}
