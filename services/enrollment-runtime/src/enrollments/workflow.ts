import type { MessageInitShape } from '@bufbuild/protobuf';
import type { EnrollmentWorkflowSchema } from '@drippulse/proto/drippulse/enrollments/v1/enrollments_pb';
import { type Lane, laneStatusOf } from '../lanes/lane.ts';

/** Converts the summary of a workflow, from the runtime's own copy. */
export function workflowToProto({
  workflowId,
  name,
  state,
  version,
}: Pick<Lane, 'workflowId' | 'name' | 'state' | 'version'>): MessageInitShape<typeof EnrollmentWorkflowSchema> {
  return { id: workflowId, name, status: laneStatusOf(state), version };
}
