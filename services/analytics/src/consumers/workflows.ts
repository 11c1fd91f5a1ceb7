import { type ConsumedEvent, type Consumer, startConsumer, topicOf } from '@drippulse/events';
import { WorkflowEventSchema } from '@drippulse/proto/drippulse/workflows/v1/events_pb';
import { serviceOf } from '@drippulse/topology';
import type { Context } from '../context.ts';
import { type Named, storeNames } from '../names/store-names.ts';

/** Stores the names of workflows. Deleted workflows keep their names, because their numbers are kept. */
export function consumeWorkflows(ctx: Context): Promise<Consumer> {
  return startConsumer({
    transport: ctx.events,
    topic: topicOf(WorkflowEventSchema),
    group: serviceOf('analytics'),
    db: ctx.db,
    log: ctx.log,
    metrics: ctx.registry,
    handle: (batch) => storeNames(ctx, batch.flatMap(nameIn)),
  });
}

function nameIn({ message }: ConsumedEvent<typeof WorkflowEventSchema>): Named[] {
  const { payload, organizationId, sequence } = message;
  if (payload.case === undefined) return [];
  const { id, name } = payload.value;
  return [{ organizationId, noun: 'workflow', id, name, sequence }];
}
