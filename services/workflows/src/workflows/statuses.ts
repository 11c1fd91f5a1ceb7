import { WorkflowStatus } from '@drippulse/proto/drippulse/workflows/v1/workflows_pb';
import { DomainError } from '@drippulse/runtime';

/** A status as the table spells it. */
export type Status = 'draft' | 'active' | 'paused' | 'archived';

const protoByStatus: Record<Status, WorkflowStatus> = {
  draft: WorkflowStatus.DRAFT,
  active: WorkflowStatus.ACTIVE,
  paused: WorkflowStatus.PAUSED,
  archived: WorkflowStatus.ARCHIVED,
};

const statusByProto = new Map<number, Status>([
  [WorkflowStatus.DRAFT, 'draft'],
  [WorkflowStatus.ACTIVE, 'active'],
  [WorkflowStatus.PAUSED, 'paused'],
  [WorkflowStatus.ARCHIVED, 'archived'],
]);

export function statusToProto(status: string): WorkflowStatus {
  return isStatus(status) ? protoByStatus[status] : WorkflowStatus.UNSPECIFIED;
}

export function statusFromProto(value: WorkflowStatus | undefined): Status {
  const status = value === undefined ? undefined : statusByProto.get(value);
  if (status !== undefined) return status;
  const violations = [{ field: 'status', message: 'must be draft, active, paused or archived' }];
  throw new DomainError('invalid', 'invalid', 'The status is not one that a workflow can have.', { violations });
}

function isStatus(text: string): text is Status {
  return text in protoByStatus;
}
