import type { Kysely, Transaction } from 'kysely';
import type { DB } from '../db/schema.ts';
import { isLaneState, type Lane, laneColumns } from './lane.ts';

type LaneKey = { organizationId: bigint; workflowId: bigint };

/** The lane of a workflow of this organization, unless it was deleted. */
export async function findLane(db: Kysely<DB>, { organizationId, workflowId }: LaneKey): Promise<Lane | undefined> {
  return toLane(await laneQuery(db, organizationId, workflowId).executeTakeFirst());
}

/**
 * The same, and its state stays what it is until the transaction ends: whoever pauses, archives or deletes the workflow
 * waits. Those who claim runs or enroll at the same time do not.
 */
export async function lockLane(
  trx: Transaction<DB>,
  { organizationId, workflowId }: LaneKey,
): Promise<Lane | undefined> {
  return toLane(await laneQuery(trx, organizationId, workflowId).forKeyShare().executeTakeFirst());
}

function laneQuery(db: Kysely<DB>, organizationId: bigint, workflowId: bigint) {
  return db
    .selectFrom('lanes')
    .select(laneColumns)
    .where('workflow_id', '=', workflowId)
    .where('organization_id', '=', organizationId)
    .where('state', '!=', 'deleted');
}

function toLane(row: (Omit<Lane, 'state'> & { state: string }) | undefined): Lane | undefined {
  if (row === undefined || !isLaneState(row.state)) return undefined;
  return { ...row, state: row.state };
}
