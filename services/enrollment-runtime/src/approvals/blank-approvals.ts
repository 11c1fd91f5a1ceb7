import { create, toBinary } from '@bufbuild/protobuf';
import { ApprovalSchema, ApprovalsService } from '@drippulse/proto/drippulse/journeys/v1/approvals_pb';
import { eraseAnswers } from '@drippulse/writes';
import { type RawBuilder, sql, type Transaction } from 'kysely';
import type { DB } from '../db/schema.ts';
import { bindPreview } from './binding.ts';
import { kindToProto } from './enums.ts';

const { approveApproval, rejectApproval } = ApprovalsService.method;
/** RPCs whose stored response contains an approval. */
const rpcs = [approveApproval, rejectApproval].map(({ parent, name }) => `${parent.typeName}/${name}`);

/** The string that replaces the texts of an approval about an erased person. */
export const erasedMessage = 'Erased';

/** An approval whose texts were removed. */
export type Blanked = {
  id: bigint;
  kind: string;
  workflow_id: bigint | null;
  enrollment_id: bigint | null;
  agent_id: bigint | null;
  execution_id: bigint | null;
};

/**
 * Removes the personal data of the enrollments' approvals: the messages, previews, edited arguments and comments. The
 * person who decided, the decision and its time stay. Returns the ids of the approvals, grouped by enrollment.
 */
export async function blankApprovals(
  trx: Transaction<DB>,
  { organizationId, enrollmentIds }: { organizationId: bigint; enrollmentIds: readonly bigint[] },
): Promise<Map<bigint, bigint[]>> {
  const rows = await blank(trx, organizationId, sql`enrollment_id = any(${enrollmentIds}::bigint[])`);
  const byEnrollment = Map.groupBy(rows, (row) => row.enrollment_id ?? 0n);
  return new Map([...byEnrollment].map(([enrollmentId, own]) => [enrollmentId, own.map(({ id }) => id)]));
}

/** Removes the personal data of the organization's approvals that meet a condition. */
export async function blank(
  trx: Transaction<DB>,
  organizationId: bigint,
  condition: RawBuilder<unknown>,
): Promise<Blanked[]> {
  const { text, binding } = bindPreview({});
  const { rows } = await sql<Blanked>`
    update approvals set message = ${erasedMessage}, preview = ${text}::json, binding = ${binding},
      edited_arguments = null, edited_binding = null, comment = null
    where organization_id = ${organizationId} and ${condition}
    returning id, kind, workflow_id, enrollment_id, agent_id, execution_id`.execute(trx);
  if (rows.length > 0) await forgetAnswers(trx, organizationId, rows);
  return rows;
}

/**
 * Erases the stored responses that contain these approvals. Protobuf fields are encoded in order, so the encoding of an
 * approval in a response begins with the bytes that this function searches for.
 */
async function forgetAnswers(trx: Transaction<DB>, organizationId: bigint, rows: readonly Blanked[]): Promise<void> {
  const beginnings = rows.map((row) => {
    const { id, kind, workflow_id: workflowId, enrollment_id: enrollmentId, agent_id: agentId } = row;
    const begun = create(ApprovalSchema, { id, kind: kindToProto(kind) });
    if (workflowId !== null) begun.workflowId = workflowId;
    if (enrollmentId !== null) begun.enrollmentId = enrollmentId;
    if (kind !== 'step' && agentId !== null) begun.agentId = agentId;
    if (kind !== 'step' && row.execution_id !== null) begun.executionId = row.execution_id;
    return Buffer.from(toBinary(ApprovalSchema, begun));
  });
  const condition = sql`rpc = any(${rpcs}) and exists (
    select from unnest(${beginnings}::bytea[]) as erased (beginning) where position(erased.beginning in response) > 0)`;
  await eraseAnswers(trx, organizationId, condition);
}
