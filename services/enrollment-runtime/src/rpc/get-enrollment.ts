import type { MessageInitShape, MessageShape } from '@bufbuild/protobuf';
import type { HandlerContext } from '@connectrpc/connect';
import type {
  GetEnrollmentRequestSchema,
  GetEnrollmentResponseSchema,
} from '@drippulse/proto/drippulse/enrollments/v1/enrollments_pb';
import { callerOf } from '@drippulse/rpc';
import type { Context } from '../context.ts';
import { readDetail } from '../enrollments/detail.ts';
import { findRows } from '../enrollments/find-rows.ts';
import { enrollmentNotFound, requireLane } from '../enrollments/scope.ts';
import { toProto } from '../enrollments/to-proto.ts';

/** Read in one snapshot, so that the timeline fits the row. */
export async function getEnrollment(
  ctx: Context,
  request: MessageShape<typeof GetEnrollmentRequestSchema>,
  call: HandlerContext,
): Promise<MessageInitShape<typeof GetEnrollmentResponseSchema>> {
  const lane = await requireLane(ctx, call, request.workflowId);
  const isTest = callerOf(call).mode === 'test';
  const snapshot = ctx.db.kysely.transaction().setIsolationLevel('repeatable read').setAccessMode('read only');
  return snapshot.execute(async (trx) => {
    const { rows, now } = await findRows(ctx, trx, { ...lane, ids: [request.id] });
    const [row] = rows;
    if (row === undefined || (isTest && row.mode !== 'test')) throw enrollmentNotFound();
    const definition = await ctx.definitions.get(row.workflowId, row.version);
    return { enrollment: { ...toProto(row, definition, now), ...(await readDetail(trx, definition, row)) } };
  });
}
