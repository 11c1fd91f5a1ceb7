import type { Selectable, Transaction } from 'kysely';
import type { DB, Outcomes, Runs } from '../db/schema.ts';
import { enrollmentNotFound } from './scope.ts';

export type Place = { kind: 'living'; run: Selectable<Runs> } | { kind: 'ended'; outcome: Selectable<Outcomes> };

/**
 * Locks where an enrollment stands, so that no worker moves it until the transaction ends. The workflow is known to be
 * the organization's.
 */
export async function lockPlace(
  trx: Transaction<DB>,
  { organizationId, workflowId, id }: { organizationId: bigint; workflowId: bigint; id: bigint },
): Promise<Place> {
  const run = await trx
    .selectFrom('runs')
    .selectAll()
    .where('workflow_id', '=', workflowId)
    .where('enrollment_id', '=', id)
    .where('organization_id', '=', organizationId)
    .forUpdate()
    .executeTakeFirst();
  if (run !== undefined) return { kind: 'living', run };
  const outcome = await trx
    .selectFrom('outcomes')
    .selectAll()
    .where('workflow_id', '=', workflowId)
    .where('enrollment_id', '=', id)
    .where('organization_id', '=', organizationId)
    .forUpdate()
    .executeTakeFirst();
  if (outcome !== undefined) return { kind: 'ended', outcome };
  throw enrollmentNotFound();
}
