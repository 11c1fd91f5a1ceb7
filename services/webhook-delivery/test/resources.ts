import type { MakeResources } from '@drippulse/testing';

export const makeResources: MakeResources = async (post, mark) => {
  const webhook = await post('/webhooks', {
    url: 'https://127.0.0.1:49152/x',
    event_type: 'workflow.deleted',
    description: mark,
  });
  const delivery = await post(`/webhooks/${webhook.id}/test`, {});
  const recovery = await post(`/webhooks/${webhook.id}/recover`, { since: new Date().toISOString() });
  return { webhooks: webhook.id, deliveries: delivery.id, recoveries: recovery.id, events: delivery.event_id };
};
