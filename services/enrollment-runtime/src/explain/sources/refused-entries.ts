import { sql } from 'kysely';
import { cut } from '../window.ts';
import { entriesOf } from './entries-kept-out.ts';
import type { OfPerson } from './source.ts';

type Row = { at: Date; major: bigint; minor: bigint; workflow_id: bigint; reason: string; until: Date | null };

/** Entries that a rule of a workflow refused. */
export const refusedEntries: OfPerson = async (db, person, window) => {
  const all = sql`
    select refused_at as at, id as major, 0::bigint as minor, workflow_id, reason, allowed_at as until
    from ${entriesOf('refused_entries', person)}`;
  const { rows } = await sql<Row>`${cut(all, window)}`.execute(db);
  return rows.map(({ at, major, minor, workflow_id: workflowId, reason, until }) => ({
    ...{ at, major, minor, workflowId, enrollmentId: null, step: null },
    ...{ decision: 'refused', reason, rule: null, until },
    detail: until === null ? 'May not enter' : `May not enter before ${until.toISOString()}`,
  }));
};
