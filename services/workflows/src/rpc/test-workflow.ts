import type { HandlerContext } from '@connectrpc/connect';
import type { TestWorkflowRequest } from '@drippulse/proto/drippulse/workflows/v1/workflows_pb';
import { callerOf } from '@drippulse/rpc';
import { unusableConnections } from '../changes/unusable-connections.ts';
import type { Context } from '../context.ts';
import { prepareTest } from '../workflows/run-test.ts';
import { settingsOf } from '../workflows/settings.ts';
import { storedSteps } from '../workflows/stored-steps.ts';

/** Runs the current version once on sample data. */
export async function testWorkflow(ctx: Context, request: TestWorkflowRequest, call: HandlerContext) {
  const runTest = prepareTest(request);
  return ctx.workplace.testRun(call, async (inTurns) => {
    const row = await ctx.loadWorkflow(callerOf(call).organizationId, request.id);
    const { id: workflowId, version } = row;
    const steps = storedSteps(row.steps);
    const tested = { workflowId, version, steps, settings: settingsOf(row.settings, steps) };
    const unusable = await unusableConnections(ctx, call, steps);
    return { workflowId, version, ...(await runTest(inTurns, tested, { now: ctx.clock.now(), unusable })) };
  });
}
