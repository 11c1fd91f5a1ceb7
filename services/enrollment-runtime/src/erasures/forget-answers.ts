import { create, toBinary } from '@bufbuild/protobuf';
import { EnrollmentSchema, EnrollmentsService } from '@drippulse/proto/drippulse/enrollments/v1/enrollments_pb';
import { eraseAnswers } from '@drippulse/writes';
import { sql, type Transaction } from 'kysely';
import type { DB } from '../db/schema.ts';

const { pauseEnrollment, resumeEnrollment, retryEnrollment } = EnrollmentsService.method;
/** RPCs whose response contains the contact of an enrollment. */
const rpcs = [pauseEnrollment, resumeEnrollment, retryEnrollment].map(
  ({ parent, name }) => `${parent.typeName}/${name}`,
);

/** Erases the responses that are stored for repeated requests and concern these enrollments. */
export async function forgetAnswers(
  trx: Transaction<DB>,
  { organizationId, workflowId, ids }: { organizationId: bigint; workflowId: bigint; ids: readonly bigint[] },
): Promise<void> {
  // Protobuf fields are encoded in order, so the encoding of an enrollment begins with its id and its workflow's id.
  const beginnings = ids.map((id) =>
    Buffer.from(toBinary(EnrollmentSchema, create(EnrollmentSchema, { id, workflowId }))),
  );
  const condition = sql`rpc = any(${rpcs}) and exists (
    select from unnest(${beginnings}::bytea[]) as erased (beginning) where position(erased.beginning in response) > 0)`;
  await eraseAnswers(trx, organizationId, condition);
}
