import type { HandlerContext } from '@connectrpc/connect';
import { type DuplicateWorkflowRequest, WorkflowsService } from '@drippulse/proto/drippulse/workflows/v1/workflows_pb';
import { callerOf } from '@drippulse/rpc';
import { commitChange } from '../changes/commit-change.ts';
import { insertWorkflow, type NewWorkflow } from '../changes/insert-workflow.ts';
import type { Context } from '../context.ts';
import type { Change } from '../workflows/events.ts';
import { checkFields, longestName } from '../workflows/fields.ts';
import type { WorkflowRow } from '../workflows/rows.ts';
import { maskSteps, openSteps, unmaskSteps } from '../workflows/step-secrets.ts';
import { workflowToProto } from '../workflows/to-proto.ts';

/**
 * Copies the current version of a workflow. A test key reads live workflows without their credentials, so it cannot
 * copy them.
 */
export async function duplicateWorkflow(ctx: Context, request: DuplicateWorkflowRequest, call: HandlerContext) {
  const { organizationId, mode } = callerOf(call);
  const original = await ctx.loadWorkflow(organizationId, request.id);
  const opened = openSteps(ctx.sealer, original);
  const copy: NewWorkflow = {
    name: request.name ?? nameOfCopy(original),
    description: original.description,
    status: 'draft',
    project_id: original.project_id,
    integrations: original.integrations,
    settings: original.settings,
    steps: mode === original.mode ? opened : unmaskSteps(maskSteps(opened), []),
  };
  checkFields({ name: copy.name });
  return commitChange(ctx, call, WorkflowsService.method.duplicateWorkflow, request, async (trx, caller) => {
    const change: Change = { kind: 'created', row: await insertWorkflow(ctx, trx, caller, copy) };
    return { change, response: { workflow: workflowToProto(change.row) } };
  });
}

function nameOfCopy({ name }: WorkflowRow): string {
  return `Copy of ${name}`.slice(0, longestName).toWellFormed();
}
