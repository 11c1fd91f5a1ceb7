import type { MakeResources } from '@drippulse/testing';

export const makeResources: MakeResources = async (post, mark) => {
  const webhook = await post('/webhooks', {
    url: 'https://127.0.0.1:49152/x',
    event_type: 'workflow.deleted',
    description: mark,
  });
  const delivery = await post(`/webhooks/${webhook.id}/test`, {});
  for (let more = 0; more < 2; more += 1) await post(`/webhooks/${webhook.id}/test`, {});
  const recovery = await post(`/webhooks/${webhook.id}/recover`, { since: new Date(Date.now() - 2).toISOString() });
  const ids = { webhooks: webhook.id, deliveries: delivery.id, recoveries: recovery.id };
  return { ...ids, 'webhooks/events': delivery.event_id };
};
