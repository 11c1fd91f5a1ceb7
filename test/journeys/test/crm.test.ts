import { type Api, type Layout, type RunningPlatform, startLayout } from '@drippulse/harness';
import { eventually, type Receiver, startReceiver } from '@drippulse/testing';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';

describe.each<Layout>(['start', 'start:distributed'])('the CRM, as npm run %s lays it out', (layout) => {
  let platform: RunningPlatform;
  let receiver: Receiver;
  let user: Api;

  beforeAll(async () => {
    receiver = await startReceiver();
    platform = await startLayout(layout);
    const { username, password } = platform;
    const login = await platform.api.as(null).post('/api/v1/auth/login', { username, password });
    user = platform.api.as(login.body.token);
  }, 240_000);
  afterAll(async () => {
    await platform?.dispose();
    await receiver?.stop();
  }, 60_000);

  test('a lead that came in by an event bridge is enrolled under its public id', async () => {
    const lead = await platform.api.post('/api/v1/crm/leads', {
      lead: { email: 'ada@example.com', first_name: 'Ada', company: 'Acme' },
    });
    expect(lead).toMatchObject({
      status: 201,
      body: { public_id: expect.stringMatching(/^lead_/), company_name: 'Acme', status: 'new', custom: {} },
    });
    const workflow = await platform.api.post('/api/v1/workflows', {
      name: 'Welcome',
      status: 'active',
      steps: [{ type: 'log', name: 'Done', config: { message: 'ok' } }],
    });
    const path = `/api/v1/workflows/${workflow.body.id}/enrollments`;
    const { email, first_name, public_id } = lead.body;
    const bulk = await platform.api.post(`${path}/bulk`, { contacts: [{ email, first_name, lead_ref: public_id }] });
    expect(bulk).toMatchObject({ status: 201, body: { created_count: 1 } });
    await eventually(async () => {
      const { body } = await platform.api.get(`${path}?lead_ref=${public_id}`);
      expect(body.enrollments).toMatchObject([{ lead_ref: public_id, status: 'completed' }]);
    });
    const back = await platform.api.get(`/api/v1/crm/leads/${public_id}`);
    expect(back.body).toEqual(lead.body);
  });

  test('what GET gave may be sent to PATCH, and changes nothing', async () => {
    const account = await platform.api.post('/api/v1/crm/accounts', { name: 'Acme', custom: { price: 1 } });
    const contact = await platform.api.post('/api/v1/crm/contacts', {
      last_name: 'Lovelace',
      account_id: account.body.public_id,
    });
    const opportunity = await platform.api.post('/api/v1/crm/opportunities', {
      opportunity: { name: 'Acme', amount_cents: 12_000_000, currency: 'EUR', account_id: account.body.id },
    });
    for (const [noun, { body }] of Object.entries({
      accounts: account,
      contacts: contact,
      opportunities: opportunity,
    })) {
      const path = `/api/v1/crm/${noun}/${body.id}`;
      expect((await platform.api.patch(path, body)).body).toEqual(body);
    }
  });

  test('an opportunity that is moved to Won on a board of one’s own is told to a webhook', async () => {
    const copied = await user.post('/api/v1/crm/opportunity_pipelines', { pipeline: { name: 'My deals' } });
    expect(copied).toMatchObject({ status: 201, body: { name: 'My deals', is_default: false } });
    const stages: { id: string; name: string }[] = copied.body.stages;
    const won = stages.find((stage) => stage.name === 'Won')?.id;
    expect((await platform.api.post('/api/v1/crm/opportunity_pipelines', { name: 'No' })).body.error).toBe(
      'user_required',
    );
    await platform.api.post('/api/v1/webhooks', { url: receiver.url, event_type: 'opportunity.won' });
    const { body } = await platform.api.post('/api/v1/crm/opportunities', {
      opportunity: { name: 'Acme, 40 seats', pipeline_stage_id: stages[0]?.id },
    });
    const moved = await platform.api.patch(`/api/v1/crm/opportunities/${body.public_id}`, {
      opportunity: { pipeline_stage_id: won },
    });
    expect(moved.body).toMatchObject({ status: 'won', pipeline_id: copied.body.id });
    await eventually(() => {
      const told = receiver.requests.map((request) => JSON.parse(request.body.toString()));
      expect(told).toMatchObject([{ type: 'opportunity.won', data: { id: body.id, status: 'won' } }]);
    });
    const changes = await platform.api.get(`/api/v1/crm/change_events?record_type=opportunity&record_id=${body.id}`);
    expect(changes.body.change_events).toMatchObject([
      { action: 'updated', actor_type: 'api_key', changes: { status: { before: 'open', after: 'won' } } },
      { action: 'created', record_public_id: body.public_id },
    ]);
  });
});
