import { WorkflowStatus } from '@drippulse/proto/drippulse/workflows/v1/workflows_pb';
import type { Mode } from '@drippulse/rpc';

export type LaneState = 'draft' | 'active' | 'paused' | 'archived' | 'deleted';

/** A workflow as the runtime knows it. */
export type Lane = {
  workflowId: bigint;
  organizationId: bigint;
  name: string;
  /** `test` when a test key made it: all its enrollments are test enrollments. */
  mode: Mode;
  state: LaneState;
  /** The version that new enrollments enter. */
  version: number;
};

export const laneColumns = [
  'workflow_id as workflowId',
  'organization_id as organizationId',
  'name',
  'mode',
  'state',
  'version',
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

export function isLaneState(text: string): text is LaneState {
  return text === 'deleted' || Object.values(states).some((state) => state === text);
}
