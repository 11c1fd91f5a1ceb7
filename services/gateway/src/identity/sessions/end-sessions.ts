import type { Transaction } from 'kysely';
import type { DB } from '../../db/schema.ts';

/** Ends every session of a user. Every gateway refuses the tokens within 5 s. */
export async function endSessions(trx: Transaction<DB>, userId: bigint, now: Date): Promise<void> {
  await trx
    .updateTable('sessions')
    .set({ ended_at: now })
    .where('user_id', '=', userId)
    .where('ended_at', 'is', null)
    .execute();
}
