import { topicOf } from '@drippulse/events';
import { EntitlementsEventSchema, UsageEventSchema } from '@drippulse/proto/drippulse/entitlements/v1/events_pb';

/** The topic of all entitlements, which the service that sets limits publishes. */
export const entitlementsTopic = topicOf(EntitlementsEventSchema);

/** The topic of the usage events of all services that count. */
export const usageTopic = topicOf(UsageEventSchema);
