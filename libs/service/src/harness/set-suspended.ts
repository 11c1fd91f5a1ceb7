import { create, toBinary } from '@bufbuild/protobuf';
import { type EventTransport, topicOf } from '@drippulse/events';
import { OrganizationEventSchema } from '@drippulse/proto/drippulse/identity/v1/events_pb';
import { eventually } from '@drippulse/testing';

/**
 * Suspends or resumes an organization by publishing the event that the identity service would publish, and waits until
 * the consumers of `group` have handled it.
 */
export async function setSuspended(
  { events, group }: { events: EventTransport; group: string },
  { organizationId, isNowSuspended, sequence }: { organizationId: bigint; isNowSuspended: boolean; sequence: bigint },
): Promise<void> {
  const { name: topic } = topicOf(OrganizationEventSchema);
  await events.ensureTopics([topic]);
  const id = `evt_organization_${organizationId}_${sequence}`;
  const event = create(OrganizationEventSchema, {
    ...{ id, organizationId, sequence, aggregate: `organization:${organizationId}` },
    payload: { case: isNowSuspended ? 'suspended' : 'resumed', value: {} },
  });
  const headers = { ce_id: id, ce_type: `organization.${event.payload.case}` };
  const producer = await events.createProducer();
  const message = { key: event.aggregate, value: toBinary(OrganizationEventSchema, event), headers };
  await producer.send(topic, [message], 5_000);
  await producer.close();
  await eventually(async () => {
    const lags = await events.lag(topic, group);
    if (lags.size === 0 || [...lags.values()].some((lag) => lag > 0n)) throw new Error('the event is not handled yet');
  });
}
