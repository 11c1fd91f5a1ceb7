import { sql, type Transaction } from 'kysely';
import type { DB } from '../../db/schema.ts';
import type { FreedPlace } from './settle-sends.ts';

/**
 * Ends the held sends of enrollments that were ended from outside their own steps, because nothing will try these sends
 * again. Returns the argument for `wakeHeld`, which is called after the commit, because sends that lost to one of the
 * ended sends are now due.
 */
export async function endHeld(
  trx: Transaction<DB>,
  enrollmentIds: readonly bigint[],
  { reason, now }: { reason: string; now: Date },
): Promise<FreedPlace[]> {
  if (enrollmentIds.length === 0) return [];
  const { rows } = await sql<FreedPlace>`
    with held as materialized (
      select id from sends where enrollment_id = any(${enrollmentIds}::bigint[]) and status = 'held'
      order by effect_key for update
    )
    update sends set status = 'skipped', decision = 'skipped', rule = null, reason = ${reason}, decided_at = ${now}
    from held where sends.id = held.id
    returning sends.contact_key as "contactKey", sends.workflow_id as "workflowId", sends.enrollment_id as "enrollmentId"`.execute(
    trx,
  );
  return rows;
}
