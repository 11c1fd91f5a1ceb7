import type { MessageInitShape } from '@bufbuild/protobuf';
import { timestampFromDate } from '@bufbuild/protobuf/wkt';
import type { ApprovalSchema } from '@drippulse/proto/drippulse/journeys/v1/approvals_pb';
import { modeToProto } from '@drippulse/rpc';
import { kindToProto, roleToProto, statusToProto } from './enums.ts';
import type { ApprovalRow } from './row.ts';

/** Converts an approval to its form in the API and in events. */
export function approvalToProto(row: ApprovalRow): MessageInitShape<typeof ApprovalSchema> {
  return {
    id: row.id,
    kind: kindToProto(row.kind),
    ...(row.workflow_id !== null && { workflowId: row.workflow_id }),
    ...(row.enrollment_id !== null && { enrollmentId: row.enrollment_id }),
    ...(row.step_id !== null && { stepId: row.step_id }),
    ...(row.step_name !== null && { stepName: row.step_name }),
    ...(row.agent_id !== null && { agentId: row.agent_id }),
    ...(row.execution_id !== null && { executionId: row.execution_id }),
    message: row.message,
    preview: Buffer.from(row.preview),
    binding: row.binding,
    roles: row.roles.map(roleToProto),
    allowApiKeys: row.allow_api_keys,
    canEditArguments: row.can_edit_arguments,
    status: statusToProto(row.status),
    ...(row.decider_type !== null &&
      row.decider_id !== null && { decidedBy: { type: row.decider_type, id: row.decider_id } }),
    ...(row.decided_at !== null && { decidedAt: timestampFromDate(row.decided_at) }),
    ...(row.comment !== null && { comment: row.comment }),
    ...(row.edited_arguments !== null && { editedArguments: Buffer.from(row.edited_arguments) }),
    ...(row.edited_binding !== null && { editedBinding: row.edited_binding }),
    expiresAt: timestampFromDate(row.expires_at),
    createdAt: timestampFromDate(row.created_at),
    mode: modeToProto(row.mode),
  };
}
