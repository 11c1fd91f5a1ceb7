import type { MessageInitShape } from '@bufbuild/protobuf';
import type { WebhookEventSchema } from '@drippulse/proto/drippulse/webhooks/v1/events_pb';
import { modeToProto } from '@drippulse/rpc';
import type { Result } from '../deliveries/results.ts';

type Event = MessageInitShape<typeof WebhookEventSchema>;

/** Durations are counted in buckets, each a tenth larger than the previous one; see `AttemptCount`. */
const logOfGrowth = Math.log(1.1);

/** Returns one event for each organization. The event has the sums of the attempts of the organization's webhooks. */
export function countedAttempts(results: readonly Result[]): Event[] {
  const counted = results.filter(({ delivery }) => !delivery.isTest);
  return [...Map.groupBy(counted, ({ delivery }) => delivery.organizationId)].map(([organizationId, own]) => {
    const counts = [...Map.groupBy(own, keyOf).values()].flatMap(countOf);
    const aggregate = `attempts:${counts[0]?.webhookId}`;
    return { organizationId, aggregate, payload: { case: 'attemptsCounted' as const, value: { counts } } };
  });
}

function keyOf({ delivery, attempt }: Result): string {
  return `${delivery.lane.webhookId} ${attempt.error === undefined} ${bucketOf(attempt.durationMs)}`;
}

function countOf(alike: readonly Result[]) {
  const [first] = alike;
  if (first === undefined) return [];
  const { delivery, attempt } = first;
  return [
    {
      webhookId: delivery.lane.webhookId,
      mode: modeToProto(delivery.mode),
      succeeded: attempt.error === undefined,
      bucket: bucketOf(attempt.durationMs),
      count: alike.length,
    },
  ];
}

function bucketOf(ms: number): number {
  return ms < 1 ? 0 : Math.floor(Math.log(ms) / logOfGrowth) + 1;
}
