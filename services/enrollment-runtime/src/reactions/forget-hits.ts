import { sql, type Transaction } from 'kysely';
import type { DB } from '../db/schema.ts';

/** Removes the personal data of hits of enrollments: clients, addresses and links. Kinds, times and verdicts stay. */
export async function forgetHits(trx: Transaction<DB>, enrollmentIds: readonly bigint[]): Promise<void> {
  await sql`
    update hits set url = null, user_agent = null, address = null, detail = null,
      verdict = coalesce(verdict, 'unknown'), reasons = case when verdict is null then '{erased}' else reasons end
    where enrollment_id = any(${enrollmentIds}::bigint[])`.execute(trx);
}
