import { type Consumer, startConsumer, topicOf } from '@drippulse/events';
import { WorkflowEventSchema } from '@drippulse/proto/drippulse/workflows/v1/events_pb';
import { modeFromProto } from '@drippulse/rpc';
import type { Context } from '../context.ts';
import { applyWorkflow } from '../lanes/apply-workflow.ts';
import { laneStateOf } from '../lanes/lane.ts';
import { boxOf, versionOf } from '../lanes/sealed-steps.ts';

/** Applies changes of workflows whose ApplyWorkflow call did not arrive. */
export function consumeWorkflows(ctx: Context): Promise<Consumer> {
  return startConsumer({
    transport: ctx.events,
    topic: topicOf(WorkflowEventSchema),
    group: 'enrollment-runtime',
    db: ctx.db,
    log: ctx.log,
    metrics: ctx.registry,
    async handle(batch) {
      for (const { message } of batch) {
        const { organizationId, sequence, payload, sealedSteps } = message;
        if (payload.case === undefined) continue;
        const { id, version, mode, status, name } = payload.value;
        await applyWorkflow(ctx, {
          organizationId,
          workflowId: id,
          sequence,
          version,
          mode: modeFromProto(mode),
          state: payload.case === 'deleted' ? 'deleted' : laneStateOf(status),
          name,
          ...versionOf(payload.value),
          sealed: boxOf(sealedSteps),
        });
      }
    },
  });
}
