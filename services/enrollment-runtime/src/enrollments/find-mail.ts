import { DomainError } from '@drippulse/errors';
import { type Kysely, sql } from 'kysely';
import type { DB } from '../db/schema.ts';
import { type DeliveryRow, deliveryColumns } from './delivery.ts';

/** A message and its effect. The effect's columns are null if history was pruned. */
export type StoredMail = DeliveryRow & { effect_key: string; request: string | null; result: string | null };

type Key = { organizationId: bigint; workflowId: bigint; enrollmentId: bigint; id: bigint };

/**
 * Reads a message of an enrollment. Throws `not_found` for an unknown message, and for a deleted enrollment, which is
 * in no list.
 */
export async function findMail(db: Kysely<DB>, key: Key): Promise<StoredMail> {
  const { rows } = await sql<StoredMail>`
    select ${sql.join(deliveryColumns.map((name) => sql.ref(`delivery.${name}`)))}, delivery.effect_key,
      effect.request, effect.result
    from deliveries as delivery
    join enrollments as e on e.workflow_id = delivery.workflow_id and e.id = delivery.enrollment_id
    left join effects as effect
      on effect.enrollment_id = delivery.enrollment_id and effect.effect_key = delivery.effect_key
    where delivery.id = ${key.id} and delivery.organization_id = ${key.organizationId}
      and delivery.workflow_id = ${key.workflowId} and delivery.enrollment_id = ${key.enrollmentId}
      and (exists (select from runs where workflow_id = e.workflow_id and enrollment_id = e.id)
        or exists (select from outcomes where workflow_id = e.workflow_id and enrollment_id = e.id))`.execute(db);
  const [row] = rows;
  if (row === undefined) throw new DomainError('not_found', 'mail_not_found', 'There is no message with this id.');
  return row;
}
