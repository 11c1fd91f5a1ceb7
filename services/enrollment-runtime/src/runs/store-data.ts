import { sql, type Transaction } from 'kysely';
import type { DB } from '../db/schema.ts';
import type { Move } from './move.ts';
import { storedJson } from './stored-json.ts';

/** Writes data that steps changed, and the state of failed runs for a later retry. */
export async function storeData(trx: Transaction<DB>, moves: readonly Move[]): Promise<void> {
  const rows = moves.filter((move) => move.dataChanged || move.state.status === 'failed').map(rowOf);
  if (rows.length === 0) return;
  await sql`
    insert into run_data (enrollment_id, data, state)
    select enrollment_id, data, state
    from json_to_recordset(${`[${rows.join(',')}]`}::json) as changed (enrollment_id bigint, data json, state json)
    on conflict (enrollment_id) do update set data = excluded.data, state = excluded.state`.execute(trx);
}

function rowOf({ run, state, data, dataChanged }: Move): string {
  const text = dataChanged ? storedJson(data) : (run.data ?? run.contact);
  // The stored state includes the fence, because a retried run needs a higher fence than any that a late worker may
  // still have.
  const failed = state.status === 'failed' ? JSON.stringify({ ...state, fence: run.fence }) : 'null';
  return `{"enrollment_id":"${run.identity.id}","data":${text},"state":${failed}}`;
}
