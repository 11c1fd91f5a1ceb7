import { eraseAnswers } from '@drippulse/writes';
import { type Kysely, sql } from 'kysely';
import type { DB } from '../db/schema.ts';

/**
 * Deletes the cases that name a person, with their results. A run that is working on such a case stores no result for
 * the case. Verdicts of runs stay, because they are counts.
 */
export async function eraseCases(db: Kysely<DB>, organizationId: bigint, names: readonly string[]): Promise<void> {
  if (names.length === 0) return;
  await db.transaction().execute(async (trx) => {
    const { numAffectedRows = 0n } = await sql`
      delete from eval_cases where organization_id = ${organizationId} and people && ${names}::text[]`.execute(trx);
    if (numAffectedRows > 0n) await eraseAnswers(trx, organizationId, sql`rpc like '%CreateAgentEvalCase'`);
  });
}
