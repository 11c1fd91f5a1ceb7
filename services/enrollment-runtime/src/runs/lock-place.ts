import type { Selectable, Transaction } from 'kysely';
import type { DB, Outcomes, Runs } from '../db/schema.ts';
import { enrollmentNotFound } from '../enrollments/refusals.ts';

export type Place = { kind: 'living'; run: Selectable<Runs> } | { kind: 'ended'; outcome: Selectable<Outcomes> };

type Key = { organizationId: bigint; workflowId: bigint; id: bigint };

/**
 * Locks the row of an enrollment in `runs` or `outcomes`, so that no worker moves the enrollment until the transaction
 * ends. The caller has checked that the workflow belongs to the organization.
 */
export async function lockPlace(trx: Transaction<DB>, key: Key): Promise<Place> {
  // The second try is needed because a retry may have moved the enrollment from `outcomes` to `runs` during the first.
  const place = (await findPlace(trx, key)) ?? (await findPlace(trx, key));
  if (place === undefined) throw enrollmentNotFound();
  return place;
}

async function findPlace(trx: Transaction<DB>, key: Key): Promise<Place | undefined> {
  const run = await trx
    .selectFrom('runs')
    .selectAll()
    .where('workflow_id', '=', key.workflowId)
    .where('enrollment_id', '=', key.id)
    .where('organization_id', '=', key.organizationId)
    .forUpdate()
    .executeTakeFirst();
  if (run !== undefined) return { kind: 'living', run };
  const outcome = await trx
    .selectFrom('outcomes')
    .selectAll()
    .where('workflow_id', '=', key.workflowId)
    .where('enrollment_id', '=', key.id)
    .where('organization_id', '=', key.organizationId)
    .forUpdate()
    .executeTakeFirst();
  return outcome && { kind: 'ended', outcome };
}
