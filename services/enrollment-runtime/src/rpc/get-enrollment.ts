import type { HandlerContext } from '@connectrpc/connect';
import { EnrollmentInclude, type GetEnrollmentRequest } from '@drippulse/proto/drippulse/enrollments/v1/enrollments_pb';
import { callerOf } from '@drippulse/rpc';
import type { Context } from '../context.ts';
import { findPeople } from '../crm/find-people.ts';
import { detailToProto } from '../enrollments/detail.ts';
import type { EnrollmentRow } from '../enrollments/enrollment-row.ts';
import { readDetail } from '../enrollments/read-detail.ts';
import { enrollmentNotFound } from '../enrollments/refusals.ts';
import { toProto } from '../enrollments/to-proto.ts';
import { workflowToProto } from '../enrollments/workflow.ts';
import { findLane } from '../lanes/lock-lane.ts';
import { readOfLane } from '../lanes/require-lane.ts';

/** Reads an enrollment in one snapshot, so that the timeline is consistent with the row. */
export async function getEnrollment(ctx: Context, request: GetEnrollmentRequest, call: HandlerContext) {
  const { workflowId, id } = request;
  const detail = await readOfLane(ctx, call, workflowId, (key) => readDetail(ctx, key, id));
  if (detail === 'no enrollment') throw enrollmentNotFound();
  const { row, now } = detail;
  const definition = await ctx.definitions.get(row.workflowId, row.version);
  const enrollment = { ...toProto(row, definition, now), ...detailToProto(detail, definition) };
  if (request.include.length === 0) return { enrollment };
  return { enrollment: { ...enrollment, included: await include(ctx, call, request, row) } };
}

async function include(ctx: Context, call: HandlerContext, request: GetEnrollmentRequest, row: EnrollmentRow) {
  const { organizationId } = callerOf(call);
  const asked = new Set(request.include);
  const [lane, people] = await Promise.all([
    asked.has(EnrollmentInclude.WORKFLOW)
      ? findLane(ctx.db.kysely, { organizationId, workflowId: row.workflowId })
      : undefined,
    asked.has(EnrollmentInclude.CONTACT) ? findPeople(ctx, call, row.leadRef) : undefined,
  ]);
  return { workflow: lane && workflowToProto(lane), contact: people?.contact, lead: people?.lead };
}
