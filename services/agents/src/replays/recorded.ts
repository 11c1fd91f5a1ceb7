import type { Kysely } from 'kysely';
import type { DB } from '../db/schema.ts';
import type { ExecutionRow } from '../executions/rows.ts';
import { storedObject } from '../json-objects.ts';
import { outputOf, type RecordedCall } from './replay.ts';

/** Reads the calls of an execution with their results, in order. */
export async function callsOf(db: Kysely<DB>, { id, created_at: createdAt }: ExecutionRow): Promise<RecordedCall[]> {
  const rows = await db
    .selectFrom('execution_steps')
    .select(['seq', 'kind', 'result'])
    .where('created_at', '=', createdAt)
    .where('execution_id', '=', id)
    .where('kind', 'not in', ['decide', 'final'])
    .orderBy('seq')
    .execute();
  return rows.map(({ seq, kind, result }) => ({ seq, kind, output: outputOf(storedObject(result)) }));
}
