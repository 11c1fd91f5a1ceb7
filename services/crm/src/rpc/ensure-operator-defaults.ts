import type { HandlerContext } from '@connectrpc/connect';
import { type EnsureOperatorDefaultsRequest, OperatorService } from '@drippulse/proto/drippulse/crm/v1/operator_pb';
import { callerOf } from '@drippulse/rpc';
import { transact } from '@drippulse/writes';
import type { Context } from '../context.ts';
import { hintActivity, logActivity } from '../operator/activity.ts';
import { auditCreated } from '../operator/audit-created.ts';
import { makeSureOfDefault } from '../pipelines/default-pipeline.ts';

export async function ensureOperatorDefaults(
  ctx: Context,
  request: EnsureOperatorDefaultsRequest,
  call: HandlerContext,
) {
  const caller = callerOf(call);
  const response = await transact(ctx, call, OperatorService.method.ensureOperatorDefaults, request, async (trx) => {
    const { pipeline, isNew } = await makeSureOfDefault(ctx, trx, caller.organizationId);
    if (isNew) await auditCreated(trx, call, caller, 'opportunity_pipeline', pipeline.id);
    await logActivity(ctx, trx, caller, { kind: 'ensure_defaults', name: pipeline.name });
    return { defaultPipelineId: pipeline.id, created: isNew };
  });
  ctx.relay.wake();
  hintActivity(ctx, caller);
  return response;
}
