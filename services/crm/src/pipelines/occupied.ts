import type { Transaction } from 'kysely';
import type { DB } from '../db/schema.ts';

/** Whether a stage, or any stage of a pipeline, contains opportunities. */
export async function isStanding(
  trx: Transaction<DB>,
  column: 'pipeline_id' | 'pipeline_stage_id',
  id: string,
): Promise<boolean> {
  const row = await trx
    .selectFrom('opportunities')
    .select('id')
    .where(column, '=', id)
    .where('deleted_at', 'is', null)
    .limit(1)
    .executeTakeFirst();
  return row !== undefined;
}
