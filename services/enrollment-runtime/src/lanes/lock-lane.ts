import type { Kysely, Transaction } from 'kysely';
import type { DB } from '../db/schema.ts';
import { isLaneState, type Lane, laneColumns } from './lane.ts';

export type LaneKey = { organizationId: bigint; workflowId: bigint };

/** The lane of a workflow of this organization, unless it was deleted. */
export async function findLane(db: Kysely<DB>, key: LaneKey): Promise<Lane | undefined> {
  return toLane(await laneQuery(db, key).executeTakeFirst());
}

/**
 * The same, and its state stays what it is until the transaction ends: whoever pauses, archives or deletes the workflow
 * waits. Those who claim runs or enroll at the same time do not.
 */
export async function lockLane(trx: Transaction<DB>, key: LaneKey): Promise<Lane | undefined> {
  return toLane(await laneQuery(trx, key).forKeyShare().executeTakeFirst());
}

/** Selects the lane of a workflow of this organization, unless it was deleted. */
export function laneQuery(db: Kysely<DB>, { organizationId, workflowId }: LaneKey) {
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
