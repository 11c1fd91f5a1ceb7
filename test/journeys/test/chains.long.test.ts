import { type RunningPlatform, startLayout } from '@drippulse/harness';
import { eventually, type Receiver, startReceiver, takesAll } from '@drippulse/testing';
import { afterAll, beforeAll, expect, jest, test } from '@jest/globals';

const count = takesAll ? 20_000 : 1_500;
const patience = { timeoutMs: 30 * 60_000 };
jest.setTimeout(40 * 60_000);

let platform: RunningPlatform;
let receiver: Receiver;
beforeAll(async () => {
  receiver = await startReceiver();
  platform = await startLayout('start');
});
afterAll(async () => {
  await platform?.dispose();
  await receiver?.stop();
});

test(`of ${count} imported leads, each with a workflow of two CRM steps, no chain is cut`, async () => {
  await platform.api.post('/api/v1/webhooks', { url: receiver.url, event_type: 'workflow.chain_cut' });
  const workflow = await platform.api.post('/api/v1/workflows', {
    name: 'Imported',
    status: 'active',
    steps: [
      { type: 'trigger', name: 'Lead', config: { kind: 'event', event_name: 'lead.created' } },
      {
        type: 'crm_create_activity',
        name: 'Note',
        config: { kind: 'note', subject: 'Imported', lead_id: '{{ lead_ref }}' },
      },
      {
        type: 'crm_update_record',
        name: 'Score',
        config: { record_type: 'lead', record_id: '{{ lead_ref }}', fields: { score: 5 } },
      },
    ],
  });
  expect(workflow.status).toBe(201);
  const rows = Array.from({ length: count }, (_, index) => `lead${index}@example.com`);
  const form = new FormData();
  form.set('file', new Blob([['email', ...rows, ''].join('\n')], { type: 'text/csv' }), 'leads.csv');
  const imported = await fetch(`${platform.baseUrl}/api/v1/crm/leads/import_csv`, {
    method: 'POST',
    headers: { Authorization: `Bearer ${platform.apiKey}` },
    body: form,
  });
  expect(await imported.json()).toMatchObject({ created: count });
  const enrollments = `/api/v1/workflows/${workflow.body.id}/enrollments`;
  await eventually(async () => {
    const { body } = await platform.api.get(`${enrollments}?limit=1`);
    expect(body.step_funnel.totals).toMatchObject({ completed: count, total_enrollments: count });
  }, patience);
  expect(receiver.requests).toEqual([]);
});
