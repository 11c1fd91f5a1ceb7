import { WorkflowStatus } from '@drippulse/proto/drippulse/workflows/v1/workflows_pb';
import type { Mode } from '@drippulse/rpc';
import { isSuspended } from '@drippulse/service';
import { sql } from 'kysely';

export type LaneState = 'draft' | 'active' | 'paused' | 'archived' | 'deleted';

/** The runtime's copy of a workflow. */
export type Lane = {
  workflowId: bigint;
  organizationId: bigint;
  name: string;
  /** `test` when a test key made the workflow: all its enrollments are test enrollments. */
  mode: Mode;
  state: LaneState;
  /** The version that new enrollments enter. */
  version: number;
  /** Whether the operator has suspended the organization. Its workflows are paused then. */
  isSuspended: boolean;
};

/** Whether the organization of a row of `lanes` is suspended. */
export const isLaneSuspended = isSuspended(sql.ref('lanes.organization_id'));

/**
 * SQL for the effective state of a row of `lanes`. The workflows of a suspended organization have the state `paused`,
 * so they neither start nor move runs.
 */
export const laneState = sql<string>`
  case when lanes.state in ('draft', 'active') and ${isLaneSuspended} then 'paused' else lanes.state end`;

export const laneColumns = [
  'workflow_id as workflowId',
  'organization_id as organizationId',
  'name',
  'mode',
  laneState.as('state'),
  'version',
  isLaneSuspended.as('isSuspended'),
] as const;

const states: Record<WorkflowStatus, LaneState> = {
  [WorkflowStatus.UNSPECIFIED]: 'draft',
  [WorkflowStatus.DRAFT]: 'draft',
  [WorkflowStatus.ACTIVE]: 'active',
  [WorkflowStatus.PAUSED]: 'paused',
  [WorkflowStatus.ARCHIVED]: 'archived',
};

export function laneStateOf(status: WorkflowStatus): LaneState {
  return states[status] ?? 'draft';
}

const statuses: Record<LaneState, WorkflowStatus> = {
  draft: WorkflowStatus.DRAFT,
  active: WorkflowStatus.ACTIVE,
  paused: WorkflowStatus.PAUSED,
  archived: WorkflowStatus.ARCHIVED,
  deleted: WorkflowStatus.UNSPECIFIED,
};

/** Returns the status of a workflow whose lane has this state; unspecified for a deleted workflow. */
export function laneStatusOf(state: LaneState): WorkflowStatus {
  return statuses[state];
}

export function isLaneState(text: string): text is LaneState {
  return text === 'deleted' || Object.values(states).some((state) => state === text);
}
