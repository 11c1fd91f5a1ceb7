import type { HandlerContext } from '@connectrpc/connect';
import type { GetMailRequest } from '@drippulse/proto/drippulse/enrollments/v1/enrollments_pb';
import type { Context } from '../context.ts';
import { readMail } from '../effects/email/read-mail.ts';
import { deliveryToProto } from '../enrollments/delivery.ts';
import { requireLane } from '../lanes/require-lane.ts';

export async function getMail(ctx: Context, request: GetMailRequest, call: HandlerContext) {
  const { workflowId, enrollmentId, id } = request;
  const { organizationId } = await requireLane(ctx, call, workflowId);
  const { row, from, replyTo, html, text } = await readMail(ctx, { organizationId, workflowId, enrollmentId, id });
  const { status, messageId, to, subject, sentAt } = deliveryToProto(row);
  const path = `/api/v1/workflows/${workflowId}/enrollments/${enrollmentId}/deliveries/${id}/html`;
  const htmlUrl = html === undefined ? undefined : path;
  return { mail: { id, status, messageId, from, to, replyTo, subject, html, text, sentAt, htmlUrl } };
}
