import type { Transaction } from 'kysely';
import type { DB } from '../../db/schema.ts';
import { findOwner } from '../organizations/owner.ts';

/** Removes the links of people to an organization's provider, and ends the sessions that began with the provider. */
export async function forgetSso(trx: Transaction<DB>, organizationId: bigint, now: Date): Promise<void> {
  await trx.deleteFrom('identity_links').where('organization_id', '=', organizationId).execute();
  await trx
    .updateTable('sessions')
    .set({ ended_at: now })
    .where('organization_id', '=', organizationId)
    .where('method', '=', 'sso')
    .where('ended_at', 'is', null)
    .execute();
}

/** Ends the sessions that did not begin with the provider, except those of the owner. */
export async function endOtherSessions(trx: Transaction<DB>, organizationId: bigint, now: Date): Promise<void> {
  const owner = await findOwner(trx, organizationId);
  await trx
    .updateTable('sessions')
    .set({ ended_at: now })
    .where('organization_id', '=', organizationId)
    .where('method', '<>', 'sso')
    .where('user_id', '<>', owner?.id ?? 0n)
    .where('ended_at', 'is', null)
    .execute();
}
