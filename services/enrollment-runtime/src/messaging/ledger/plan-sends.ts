import { sql, type Transaction } from 'kysely';
import type { DB } from '../../db/schema.ts';
import type { SendRequest } from '../send-request.ts';
import { sendRow } from './write-decisions.ts';

/**
 * Writes sends into the ledger together with their intents, if the sends of a contact compete, because only sends in
 * the ledger can be compared to decide which send is first. If they do not compete, a send enters the ledger only when
 * it is sent.
 */
export async function planSends(trx: Transaction<DB>, sends: readonly SendRequest[]): Promise<void> {
  if (sends.length === 0) return;
  const organizations = [...new Set(sends.map(({ organizationId }) => organizationId))];
  const { rows: competing } = await sql<{ organization_id: bigint }>`
    select organization_id from sending_rules
    where organization_id = any(${organizations}::bigint[]) and has_competition`.execute(trx);
  const known = new Set(competing.map((row) => row.organization_id));
  const rows = sends.filter((send) => known.has(send.organizationId)).map(sendRow);
  if (rows.length === 0) return;
  await sql`
    insert into sends (
      organization_id, workflow_id, enrollment_id, planned_at, due_at, expires_at, priority, mode, status, channel, class,
      category, step_id, effect_key, contact_key, ref_key)
    select organization_id, workflow_id, enrollment_id, planned_at, due_at, expires_at, priority, mode, 'pending', channel,
      class, category, step_id, effect_key, contact_key, ref_key
    from json_populate_recordset(null::sends, ${JSON.stringify(rows)}::json)
    on conflict (organization_id, effect_key) do nothing`.execute(trx);
}
