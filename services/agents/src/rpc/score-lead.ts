import type { HandlerContext } from '@connectrpc/connect';
import { DomainError, refuseViolations } from '@drippulse/errors';
import type { ScoreLeadRequest } from '@drippulse/proto/drippulse/agents/v1/executions_pb';
import { callerOf } from '@drippulse/rpc';
import type { Context } from '../context.ts';
import { readAsked } from '../executions/read-asked.ts';
import { readScore } from '../executions/read-score.ts';
import { startExecution } from '../executions/start.ts';

export async function scoreLead(ctx: Context, request: ScoreLeadRequest, call: HandlerContext) {
  const input = await leadOf(ctx, request, call);
  const asked = readAsked(request, call, { kind: 'score_lead', field: 'lead', input });
  const { view, replayed } = await startExecution(ctx, asked, call);
  if (replayed) call.responseHeader.set('idempotent-replayed', 'true');
  return { executionId: view.id, ...readScore(view), replayed };
}

/**
 * Returns the fields of the lead. A reference stands for the lead's current fields, so a repeated request with a
 * reference may score different fields, unless it has a key.
 */
async function leadOf(
  ctx: Context,
  { lead, leadRef }: ScoreLeadRequest,
  call: HandlerContext,
): Promise<Uint8Array | undefined> {
  if (lead !== undefined && leadRef !== undefined) {
    refuseViolations([{ field: 'lead_ref', message: 'cannot be used together with lead', code: 'not_allowed' }]);
  }
  if (leadRef === undefined) {
    if (lead === undefined) refuseViolations([{ field: 'lead', message: 'or lead_ref is required', code: 'required' }]);
    return lead;
  }
  const { contact } = await ctx.clients.runtime(callerOf(call), call).findContact({ leadRef });
  if (contact === undefined)
    throw new DomainError('not_found', 'lead_ref_not_found', 'Nobody is named by this lead_ref.');
  return contact;
}
