import { sql, type Transaction } from 'kysely';
import type { DB } from '../db/schema.ts';
import type { ClaimedRun } from '../runs/claimed-run.ts';

/** Stores the outcomes of people who are held out, because they have no run. */
export async function storeHeldOut(trx: Transaction<DB>, heldOut: readonly ClaimedRun[], now: Date): Promise<void> {
  if (heldOut.length === 0) return;
  const rows = heldOut.map(({ identity }) => ({
    workflow_id: String(identity.workflowId),
    enrollment_id: String(identity.id),
    organization_id: String(identity.organizationId),
    version: identity.version,
    mode: identity.mode,
  }));
  await sql`
    insert into outcomes (
      workflow_id, enrollment_id, organization_id, ended_at, version, step_index, lines, mode, status, outcome, reason)
    select workflow_id, enrollment_id, organization_id, ${now}::timestamptz, version, 0, 0, mode, 'holdout', 'holdout', 'holdout'
    from json_to_recordset(${JSON.stringify(rows)}::json) as held (
      workflow_id bigint, enrollment_id bigint, organization_id bigint, version int, mode text)`.execute(trx);
}
