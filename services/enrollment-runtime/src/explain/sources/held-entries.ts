import { sql } from 'kysely';
import { cut } from '../window.ts';
import { entriesOf } from './entries-kept-out.ts';
import type { OfPerson } from './source.ts';

type Row = { at: Date; major: bigint; minor: bigint; workflow_id: bigint; reason: string; until: Date };

/** Entries that wait, for example for a quota. Admitted entries are enrollments; expired entries count as refused. */
export const heldEntries: OfPerson = async (db, person, window) => {
  const all = sql`
    select held_at as at, id as major, 0::bigint as minor, workflow_id, reason, retry_at as until
    from ${entriesOf('held_entries', person)} where status = 'waiting'`;
  const { rows } = await sql<Row>`${cut(all, window)}`.execute(db);
  return rows.map(({ at, major, minor, workflow_id: workflowId, reason, until }) => ({
    ...{ at, major, minor, workflowId, enrollmentId: null, step: null },
    ...{
      decision: 'held',
      reason,
      rule: reason,
      until,
      detail: `Waits to enter, asked again at ${until.toISOString()}`,
    },
  }));
};
