import { type RawBuilder, type Selectable, sql, type Transaction } from 'kysely';
import type { DB, FunnelMarks } from '../db/schema.ts';

/**
 * A count of a workflow that belongs to no step. It counts an outcome, a goal, or people held out (with an empty name).
 */
export type Mark = {
  workflowId: bigint;
  mode: string;
  kind: 'exited_by' | 'goal' | 'holdout';
  name: string;
  by: number;
};

export type MarkRow = Pick<Selectable<FunnelMarks>, 'kind' | 'name' | 'number'>;

/** Adds to the counts, in a fixed order like `addCounts`. Call it after `addCounts`. */
export async function addMarks(trx: Transaction<DB>, marks: readonly Mark[]): Promise<void> {
  if (marks.length === 0) return;
  const rows = marks.map(({ workflowId, ...mark }) => ({ ...mark, workflow_id: String(workflowId) }));
  await sql`
    insert into funnel_marks (workflow_id, mode, kind, name, number)
    select workflow_id, mode, kind, name, sum(by)
    from json_to_recordset(${JSON.stringify(rows)}::json) as mark (
      workflow_id bigint, mode text, kind text, name text, by bigint)
    group by 1, 2, 3, 4 having sum(by) <> 0 order by 1, 2, 3, 4
    on conflict (workflow_id, mode, kind, name) do update set
      number = funnel_marks.number + excluded.number`.execute(trx);
}

/** Selects the counts of one mode of a workflow. */
export function marksQuery(workflowId: bigint, mode: string): RawBuilder<MarkRow> {
  return sql`select kind, name, number from funnel_marks where workflow_id = ${workflowId} and mode = ${mode} and number <> 0`;
}

/** Converts the counts to the form that the totals of a funnel show. */
export function marksToProto(rows: readonly MarkRow[]) {
  const of = (kind: Mark['kind']) =>
    Object.fromEntries(rows.filter((row) => row.kind === kind).map(({ name, number }) => [name, BigInt(number)]));
  return { exitedBy: of('exited_by'), goals: of('goal'), holdout: of('holdout')[''] ?? 0n };
}
