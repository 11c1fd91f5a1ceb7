import type { HandlerContext } from '@connectrpc/connect';
import { refuseViolations } from '@drippulse/errors';
import { BillingService, type OpenPortalRequest } from '@drippulse/proto/drippulse/billing/v1/billing_pb';
import type { Context } from '../context.ts';
import { writeForCall } from '../operations/write-for-call.ts';
import { returnUrlViolations } from '../settings/violations.ts';

export async function openPortal(ctx: Context, request: OpenPortalRequest, call: HandlerContext) {
  refuseViolations(returnUrlViolations('return_url', request.returnUrl));
  return writeForCall(ctx, call, BillingService.method.openPortal, request, {
    kind: 'portal',
    input: { returnUrl: request.returnUrl ?? ctx.config.publicUrl },
    answer: async ({ url = '' }) => ({ portal: { url } }),
  });
}
