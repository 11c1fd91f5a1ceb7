import type { Transaction } from 'kysely';
import type { DB } from '../../db/schema.ts';

/** Ends the sessions of a member, in one organization. Every gateway refuses their tokens within 5 s. */
export async function endSessionsOfMember(trx: Transaction<DB>, memberId: bigint, now: Date): Promise<void> {
  await trx
    .updateTable('sessions')
    .set({ ended_at: now })
    .where('user_id', '=', memberId)
    .where('ended_at', 'is', null)
    .execute();
}

/** Ends the sessions of an identity, in every organization. Every gateway refuses their tokens within 5 s. */
export async function endSessionsOfIdentity(trx: Transaction<DB>, identityId: bigint, now: Date): Promise<void> {
  await trx
    .updateTable('sessions')
    .set({ ended_at: now })
    .where('identity_id', '=', identityId)
    .where('ended_at', 'is', null)
    .execute();
}
