import { type Kysely, sql, type Transaction } from 'kysely';
import type { DB } from '../db/schema.ts';
import { isLaneSuspended, type Lane, laneState } from './lane.ts';
import { toLane } from './lock-lane.ts';

type Row = Parameters<typeof toLane>[0];

const columns = sql`workflow_id as "workflowId", organization_id as "organizationId", name, mode, ${laneState} as state, version,
  ${isLaneSuspended} as "isSuspended"`;

/** Finds the lanes of workflows that are not deleted. The caller must pass ids of its own organization. */
export async function findLanes(db: Kysely<DB>, workflowIds: readonly bigint[]): Promise<Map<bigint, Lane>> {
  const { rows } = await sql<NonNullable<Row>>`
    select ${columns} from lanes where workflow_id = any(${workflowIds}::bigint[]) and state <> 'deleted'`.execute(db);
  return new Map(rows.flatMap((row) => toLane(row) ?? []).map((lane) => [lane.workflowId, lane]));
}

/** Finds lanes, and locks their states until the transaction ends, as `lockLane` locks one. */
export async function lockLanes(trx: Transaction<DB>, workflowIds: readonly bigint[]): Promise<Lane[]> {
  if (workflowIds.length === 0) return [];
  const { rows } = await sql<NonNullable<Row>>`
    select ${columns} from lanes where workflow_id = any(${workflowIds}::bigint[]) and state <> 'deleted'
    order by workflow_id for key share`.execute(trx);
  return rows.flatMap((row) => toLane(row) ?? []);
}
