import type { MessageInitShape } from '@bufbuild/protobuf';
import { appendEvents, topicOf } from '@drippulse/events';
import { WebhookEventSchema } from '@drippulse/proto/drippulse/webhooks/v1/events_pb';
import type { Transaction } from 'kysely';
import type { DB } from '../db/schema.ts';
import type { Result } from '../deliveries/results.ts';
import { findDelivery, readAttempts } from '../deliveries/rows.ts';
import { deliveryToProto } from '../deliveries/to-proto.ts';
import { selectWebhooks, type WebhookRow } from '../webhooks/rows.ts';
import { webhookToProto } from '../webhooks/to-proto.ts';
import { countedAttempts } from './count-attempts.ts';
import type { Judged, News } from './judged.ts';

type Event = MessageInitShape<typeof WebhookEventSchema>;

/** Maximum number of characters of all excerpts in one event, because the event is sent to every subscribed webhook. */
const deliveryCharacters = 64 * 1024;

const topic = topicOf(WebhookEventSchema);

/**
 * Publishes the events about endpoints and attempts, in the transaction that judged the attempts. Returns the number of
 * events.
 */
export async function announce(
  trx: Transaction<DB>,
  judged: readonly Judged[],
  results: readonly Result[],
): Promise<number> {
  const events = [...(await newsOf(trx, judged)), ...countedAttempts(results)];
  await appendEvents(trx, topic, events);
  return events.length;
}

async function newsOf(trx: Transaction<DB>, judged: readonly Judged[]): Promise<Event[]> {
  const newsworthy = judged.filter(({ news }) => news.length > 0);
  if (newsworthy.length === 0) return [];
  const rows = await selectWebhooks(trx)
    .where(
      'webhooks.id',
      'in',
      newsworthy.map(({ webhookId }) => webhookId),
    )
    .execute();
  const events: Event[] = [];
  for (const row of rows) {
    const { news = [] } = newsworthy.find(({ webhookId }) => webhookId === row.id) ?? {};
    for (const item of news) events.push(await eventOf(trx, row, item));
  }
  return events;
}

async function eventOf(trx: Transaction<DB>, row: WebhookRow, news: News): Promise<Event> {
  const webhook = webhookToProto(row);
  const about = { organizationId: row.organization_id, aggregate: `webhook:${row.id}`, sequence: news.version };
  if (news.kind !== 'exhausted') return { ...about, payload: { case: news.kind, value: webhook } };
  const delivery = await findDelivery(trx, row.id, news.delivery.id);
  const attempts = await readAttempts(trx, [delivery], deliveryCharacters);
  const value = { webhook, delivery: deliveryToProto(delivery, attempts.get(delivery.id)) };
  return { ...about, payload: { case: 'exhausted', value } };
}
