import type { HandlerContext } from '@connectrpc/connect';
import type { TestStepsRequest } from '@drippulse/proto/drippulse/workflows/v1/workflows_pb';
import { loadFormer } from '../changes/former.ts';
import { readingOf } from '../changes/reading.ts';
import { unusableConnections } from '../changes/unusable-connections.ts';
import type { Context } from '../context.ts';
import { readGraph, withKeptIds } from '../workflows/graph.ts';
import { jsonText } from '../workflows/json-fields.ts';
import { prepareTest } from '../workflows/run-test.ts';
import { maskSteps, unmaskSteps } from '../workflows/step-secrets.ts';

/** Workflow id and version for steps that are not saved. */
const unsaved = { workflowId: 0n, version: 0 };

/** Runs the steps of the request as they would run after saving. */
export async function testSteps(ctx: Context, request: TestStepsRequest, call: HandlerContext) {
  const { workflowId } = request;
  const runTest = prepareTest(request);
  return ctx.workplace.testRun(call, async (inTurns) => {
    const { steps: former } = await loadFormer(ctx, call, workflowId);
    const graph = await readGraph(jsonText(request.steps), readingOf(ctx, call));
    const steps = maskSteps(unmaskSteps(withKeptIds(graph, former), former));
    const tested = { ...unsaved, ...(workflowId !== undefined && { workflowId }), steps };
    const unusable = await unusableConnections(ctx, call, steps);
    return { workflowId, ...(await runTest(inTurns, tested, { now: ctx.clock.now(), unusable })) };
  });
}
