import { type ConsumedEvent, type Consumer, startConsumer, topicOf } from '@drippulse/events';
import { AgentEventSchema } from '@drippulse/proto/drippulse/agents/v1/events_pb';
import { modeFromProto } from '@drippulse/rpc';
import { serviceOf } from '@drippulse/topology';
import type { Context } from '../context.ts';
import type { Fact } from '../facts/fact.ts';
import { takeFacts } from '../facts/take-facts.ts';
import { type Named, storeNames } from '../names/store-names.ts';
import { factKinds } from '../rollups/kinds.ts';
import { eventPlace } from './event-place.ts';

/** Counts executions of agents, and stores the names of agents. */
export function consumeAgents(ctx: Context): Promise<Consumer> {
  return startConsumer({
    transport: ctx.events,
    topic: topicOf(AgentEventSchema),
    group: serviceOf('analytics'),
    db: ctx.db,
    log: ctx.log,
    metrics: ctx.registry,
    async handle(batch) {
      await storeNames(ctx, batch.flatMap(nameIn));
      await takeFacts(ctx, batch.flatMap(executionFacts));
    },
  });
}

function nameIn({ message }: ConsumedEvent<typeof AgentEventSchema>): Named[] {
  const { payload, organizationId, sequence } = message;
  if (payload.case !== 'created') return [];
  const { id, name } = payload.value;
  return [{ organizationId, noun: 'agent', id, name, sequence }];
}

function executionFacts(event: ConsumedEvent<typeof AgentEventSchema>): Fact[] {
  const { payload } = event.message;
  if (payload.case !== 'executionCompleted' && payload.case !== 'executionFailed') return [];
  const { agentId, mode, costUsd, durationMs } = payload.value;
  return [
    {
      ...eventPlace(event),
      kind: payload.case === 'executionCompleted' ? factKinds.agent_succeeded : factKinds.agent_failed,
      mode: modeFromProto(mode),
      subjectId: agentId,
      amount: microsOf(costUsd),
      ...(durationMs !== undefined && { ms: Number(durationMs) }),
    },
  ];
}

/** Converts a decimal of US dollars with up to six places to millionths of a dollar. */
function microsOf(usd: string): bigint {
  const [whole = '0', places = ''] = usd.split('.');
  return BigInt(`${whole || '0'}${places.slice(0, 6).padEnd(6, '0')}`);
}
