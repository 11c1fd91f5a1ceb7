import { timestampDate } from '@bufbuild/protobuf/wkt';
import { type Consumer, startConsumer, topicOf } from '@drippulse/events';
import { WebhookEventSchema } from '@drippulse/proto/drippulse/webhooks/v1/events_pb';
import { modeFromProto } from '@drippulse/rpc';
import type { Context } from '../context.ts';
import { notifyDisabled } from '../notices/index.ts';

/** Older events cause no mail: a new installation of this consumer starts with the events of the last week. */
const oldestMs = 24 * 3_600_000;

/** Reports disabled webhooks to the admins. Webhooks of test keys are ignored. */
export function consumeWebhooks(ctx: Context): Promise<Consumer> {
  return startConsumer({
    transport: ctx.events,
    topic: topicOf(WebhookEventSchema),
    group: 'enrollment-runtime',
    db: ctx.db,
    log: ctx.log,
    metrics: ctx.registry,
    async handle(batch) {
      if (ctx.adapters.mailer === undefined) return;
      for (const { id: eventId, message } of batch) {
        const { organizationId, time, payload } = message;
        if (time === undefined || timestampDate(time).getTime() < ctx.clock.now().getTime() - oldestMs) continue;
        if (payload.case !== 'disabled' || modeFromProto(payload.value.mode) === 'test') continue;
        await notifyDisabled(ctx, { eventId, organizationId, webhook: payload.value });
      }
    },
  });
}
