import { type ConsumedEvent, type Consumer, startConsumer, topicOf } from '@drippulse/events';
import { WebhookEventSchema } from '@drippulse/proto/drippulse/webhooks/v1/events_pb';
import { modeFromProto } from '@drippulse/rpc';
import { serviceOf } from '@drippulse/topology';
import type { Context } from '../context.ts';
import type { Fact } from '../facts/fact.ts';
import { takeFacts } from '../facts/take-facts.ts';
import { leastOf } from '../rollups/buckets.ts';
import { factKinds } from '../rollups/kinds.ts';
import { eventPlace, partId } from './event-place.ts';

/** Counts webhook delivery attempts. */
export function consumeWebhooks(ctx: Context): Promise<Consumer> {
  return startConsumer({
    transport: ctx.events,
    topic: topicOf(WebhookEventSchema),
    group: serviceOf('analytics'),
    db: ctx.db,
    log: ctx.log,
    metrics: ctx.registry,
    handle: (batch) => takeFacts(ctx, batch.flatMap(attemptFacts)),
  });
}

function attemptFacts(event: ConsumedEvent<typeof WebhookEventSchema>): Fact[] {
  const { payload } = event.message;
  if (payload.case !== 'attemptsCounted') return [];
  const place = eventPlace(event);
  return payload.value.counts.map(({ webhookId, mode, succeeded, bucket, count }, index) => ({
    ...{ ...place, id: partId(place.id, index) },
    kind: succeeded ? factKinds.webhook_succeeded : factKinds.webhook_failed,
    mode: modeFromProto(mode),
    subjectId: webhookId,
    ms: leastOf(bucket),
    count,
  }));
}
