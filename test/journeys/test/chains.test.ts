import { type RunningPlatform, startLayout } from '@drippulse/harness';
import { eventually, type Receiver, startReceiver } from '@drippulse/testing';
import { afterAll, beforeAll, expect, test } from '@jest/globals';

const budget = 30;

let platform: RunningPlatform;
let receiver: Receiver;
beforeAll(async () => {
  receiver = await startReceiver();
  platform = await startLayout('start', { env: { CHAIN_BUDGET: String(budget) } });
  const made = await platform.api.post('/api/v1/webhooks', { url: receiver.url, event_type: 'workflow.chain_cut' });
  expect(made.status).toBe(201);
});
afterAll(async () => {
  await platform?.dispose();
  await receiver?.stop();
});

const post = (url: string, payload: object) => ({
  type: 'webhook_callback',
  name: 'Call the API',
  config: { url, headers: { Authorization: `Bearer ${platform.apiKey}` }, payload, on_error: 'continue' },
});

/** Waits until webhooks have announced `count` cut chains, and returns their data. */
async function cuts(count: number) {
  const requests = await receiver.received(count);
  return requests.map(({ body }) => JSON.parse(body.toString()).data);
}

/** Waits until no enrollment of a workflow is under way, and returns the number of its enrollments. */
async function settled(enrollments: string): Promise<number> {
  return eventually(async () => {
    const { body } = await platform.api.get(`${enrollments}?limit=1`);
    const open = await platform.api.get(`${enrollments}?status=active&limit=1`);
    expect(open.body.enrollments).toEqual([]);
    return Number(body.total_count);
  });
}

test('a callback that enrolls twice into its own workflow ends with the budget of its chain, which is announced once', async () => {
  receiver.clear();
  const workflow = await platform.api.post('/api/v1/workflows', { name: 'Doubling', steps: [] });
  const enrollments = `/api/v1/workflows/${workflow.body.id}/enrollments`;
  const again = post(`${platform.baseUrl}${enrollments}/bulk`, { contacts: [{ n: '1' }, { n: '2' }] });
  const steps = [{ type: 'trigger', name: 'Start' }, again];
  const changed = await platform.api.patch(`/api/v1/workflows/${workflow.body.id}`, { status: 'active', steps });
  expect(changed.status).toBe(200);
  const first = await platform.api.post(`${enrollments}/bulk`, { contacts: [{ email: 'ada@example.com' }] });
  const [cut] = await cuts(1);
  const cause = `enrollment:${workflow.body.id}:${first.body.enrollment_ids[0]}`;
  expect(cut).toMatchObject({ cause, reason: 'budget', budget, workflow_id: workflow.body.id });
  expect(await settled(enrollments)).toBe(1 + budget);
  expect(receiver.requests).toHaveLength(1);
});

test('a lead whose workflow makes four leads by callbacks becomes no more than the budget', async () => {
  receiver.clear();
  const makes = Array.from({ length: 4 }, (_, index) =>
    post(`${platform.baseUrl}/api/v1/crm/leads`, { email: `${index}-{{ email }}` }),
  );
  const onLead = { type: 'trigger', name: 'Lead', config: { kind: 'event', event_name: 'lead.created' } };
  const made = await platform.api.post('/api/v1/workflows', {
    name: 'Leads',
    status: 'active',
    steps: [onLead, ...makes],
  });
  expect(made.status).toBe(201);
  await platform.api.post('/api/v1/crm/leads', { email: 'x@example.com' });
  expect(await cuts(1)).toMatchObject([{ cause: expect.stringMatching(/^evt_/), reason: 'budget' }]);
  await eventually(async () => {
    const enrolled = await settled(`/api/v1/workflows/${made.body.id}/enrollments`);
    const leads = await platform.api.get('/api/v1/crm/leads?limit=1');
    // The first lead is the cause of the chain. Neither the lead nor its enrollment is part of the budget.
    expect(enrolled - 1 + Number(leads.body.total_count) - 1).toBe(budget);
  });
  expect(receiver.requests).toHaveLength(1);
});
