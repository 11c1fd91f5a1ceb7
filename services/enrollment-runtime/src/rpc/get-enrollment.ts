import type { HandlerContext } from '@connectrpc/connect';
import type { GetEnrollmentRequest } from '@drippulse/proto/drippulse/enrollments/v1/enrollments_pb';
import type { Context } from '../context.ts';
import { detailToProto } from '../enrollments/detail.ts';
import { readDetail } from '../enrollments/read-detail.ts';
import { enrollmentNotFound } from '../enrollments/refusals.ts';
import { toProto } from '../enrollments/to-proto.ts';
import { readOfLane } from '../lanes/require-lane.ts';

/** Reads in one snapshot, so that the timeline fits the row. */
export async function getEnrollment(ctx: Context, request: GetEnrollmentRequest, call: HandlerContext) {
  const { workflowId, id } = request;
  const detail = await readOfLane(ctx, call, workflowId, (key) => readDetail(ctx, key, id));
  if (detail === 'no enrollment') throw enrollmentNotFound();
  const { row, now } = detail;
  const definition = await ctx.definitions.get(row.workflowId, row.version);
  return { enrollment: { ...toProto(row, definition, now), ...detailToProto(detail, definition) } };
}
