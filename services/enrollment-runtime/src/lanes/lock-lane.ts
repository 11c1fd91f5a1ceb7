import { modeOf } from '@drippulse/rpc';
import type { Kysely, Transaction } from 'kysely';
import type { DB } from '../db/schema.ts';
import { isLaneState, type Lane, laneColumns } from './lane.ts';

export type LaneKey = { organizationId: bigint; workflowId: bigint };

/** Finds the lane of a workflow of this organization, unless it was deleted. */
export async function findLane(db: Kysely<DB>, key: LaneKey): Promise<Lane | undefined> {
  return toLane(await laneQuery(db, key).executeTakeFirst());
}

/**
 * Finds a lane, and locks its state until the transaction ends, so that a pause, archival or deletion of the workflow
 * waits. Concurrent claims and enrollments do not wait.
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

export function toLane(
  row: (Omit<Lane, 'state' | 'mode'> & { state: string; mode: string }) | undefined,
): Lane | undefined {
  if (row === undefined || !isLaneState(row.state)) return undefined;
  return { ...row, state: row.state, mode: modeOf(row.mode) };
}
