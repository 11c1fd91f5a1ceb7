import type { HandlerContext } from '@connectrpc/connect';
import type { ShowMailRequest } from '@drippulse/proto/drippulse/enrollments/v1/enrollments_pb';
import { escapeHtml } from '@drippulse/service/pages';
import type { Context } from '../context.ts';
import { readMail } from '../effects/email/read-mail.ts';
import { requireLane } from '../lanes/require-lane.ts';

/**
 * The HTML belongs to the customer and contains texts of other people. Therefore the page gets an origin of its own,
 * runs no scripts, loads nothing, and sends no form. `sandbox` applies even if the page is opened outside of a frame.
 */
const policy = [
  'sandbox',
  "default-src 'none'",
  "style-src 'unsafe-inline'",
  'img-src data:',
  "base-uri 'none'",
  "form-action 'none'",
  "frame-ancestors 'self'",
].join('; ');

export async function showMail(ctx: Context, request: ShowMailRequest, call: HandlerContext) {
  const { workflowId, enrollmentId, id } = request;
  const { organizationId } = await requireLane(ctx, call, workflowId);
  const { row, html, text } = await readMail(ctx, { organizationId, workflowId, enrollmentId, id });
  call.responseHeader.set('content-security-policy', policy);
  call.responseHeader.set('x-frame-options', 'SAMEORIGIN');
  const page = html ?? plainPage(row.subject, text);
  return { page: { contentType: 'text/html; charset=utf-8', data: Buffer.from(page) } };
}

function plainPage(title: string, text: string): string {
  return `<!doctype html>
<html>
<head><meta charset="utf-8"><title>${escapeHtml(title)}</title></head>
<body><pre style="white-space:pre-wrap;font:inherit">${escapeHtml(text)}</pre></body>
</html>
`;
}
