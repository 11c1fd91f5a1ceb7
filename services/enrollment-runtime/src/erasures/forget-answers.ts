import { create, toBinary } from '@bufbuild/protobuf';
import {
  EnrollmentSchema,
  EnrollmentsService,
  PauseEnrollmentResponseSchema,
} from '@drippulse/proto/drippulse/enrollments/v1/enrollments_pb';
import { sql, type Transaction } from 'kysely';
import type { DB } from '../db/schema.ts';

const { pauseEnrollment, resumeEnrollment, retryEnrollment } = EnrollmentsService.method;
/** RPCs whose response is one enrollment. Their responses have one shape. */
const rpcs = [pauseEnrollment, resumeEnrollment, retryEnrollment].map(
  ({ parent, name }) => `${parent.typeName}/${name}`,
);

/** Reduces the responses stored for repeated requests about these enrollments to their ids. */
export async function forgetAnswers(
  trx: Transaction<DB>,
  { organizationId, workflowId, ids }: { organizationId: bigint; workflowId: bigint; ids: readonly bigint[] },
): Promise<void> {
  const kept = ids.map((id) => create(EnrollmentSchema, { id, workflowId }));
  // Fields are encoded in order: an enrollment begins with its id and that of its workflow.
  await sql`
    update idempotency_keys set response = erased.answer
    from unnest(
      ${kept.map((enrollment) => Buffer.from(toBinary(EnrollmentSchema, enrollment)))}::bytea[],
      ${kept.map((enrollment) => answerOf(enrollment))}::bytea[]) as erased (beginning, answer)
    where organization_id = ${organizationId} and rpc = any(${rpcs}) and position(erased.beginning in response) > 0`.execute(
    trx,
  );
}

function answerOf(enrollment: ReturnType<typeof create<typeof EnrollmentSchema>>): Buffer {
  const answer = create(PauseEnrollmentResponseSchema, { enrollment });
  return Buffer.from(toBinary(PauseEnrollmentResponseSchema, answer));
}
