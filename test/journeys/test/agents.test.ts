import { type RunningPlatform, startLayout } from '@drippulse/harness';
import { eventually } from '@drippulse/testing';
import { afterAll, beforeAll, expect, test } from '@jest/globals';

let platform: RunningPlatform;
beforeAll(async () => {
  platform = await startLayout('start');
});
afterAll(() => platform?.dispose());

/** Waits until an enrollment has ended, and returns it. */
const ended = (workflowId: number, id: number) =>
  eventually(async () => {
    const { body } = await platform.api.get(`/api/v1/workflows/${workflowId}/enrollments/${id}`);
    expect(body.status).not.toBe('active');
    return body;
  });

test('steps of a workflow run the agents that they, or the enrollment, name, and go on with what these decided', async () => {
  const { api } = platform;
  const scorer = await api.post('/api/v1/agents/spawn', {
    ...{ name: 'Inbound Lead Qualification', type: 'template', template_id: 1 },
    configuration: { min_score_threshold: 0.72 },
  });
  expect(scorer).toMatchObject({ status: 201, body: { status: 'active', template_id: 1 } });
  const domain = await api.post('/api/v1/agents/spawn', { name: 'Domain', type: 'code', code_id: 'email_domain' });
  const { body: workflow } = await api.post('/api/v1/workflows', {
    name: 'Scores',
    status: 'active',
    steps: [
      { type: 'score_lead' },
      { type: 'agent', config: { agent_id: domain.body.id, input: { email: '{{ email }}' }, save_as: 'found' } },
      { type: 'condition', config: { conditions: [{ field: 'score.qualified', operator: 'equals', value: true }] } },
      { type: 'log', config: { message: '{{ found.domain }} is {{ found.kind }}' } },
    ],
  });
  const path = `/api/v1/workflows/${workflow.id}/enrollments`;
  const contact = { email: 'ada@acme.example', title: 'CTO', phone: '+4930', company_name: 'Acme' };
  const bulk = await api.post(`${path}/bulk`, { contacts: [contact], agent_id: scorer.body.id });
  expect(bulk).toMatchObject({ status: 201, body: { created_count: 1 } });
  const detail = await ended(workflow.id, bulk.body.enrollment_ids[0]);
  expect(detail).toMatchObject({
    status: 'completed',
    agent_id: scorer.body.id,
    data: { score: { qualified: true, threshold: 0.72 }, found: { domain: 'acme.example', kind: 'business' } },
  });
  const messages = detail.action_timeline.map(({ message }: { message: string }) => message);
  expect(messages).toContain('acme.example is business');
  const { body: history } = await api.get(`/api/v1/agents/${scorer.body.id}/executions`);
  expect(history.executions).toMatchObject([
    { kind: 'score_lead', status: 'succeeded', source_enrollment_id: bulk.body.enrollment_ids[0] },
  ]);
});

test('executing a workflow agent starts one live enrollment, whatever is repeated, and ends with it', async () => {
  const { api } = platform;
  const steps = [{ type: 'log', config: { message: 'Hello {{ first_name }}' } }];
  const { body: workflow } = await api.post('/api/v1/workflows', { name: 'Greets', status: 'active', steps });
  const { body: agent } = await api.post('/api/v1/agents/spawn', {
    name: 'Greets',
    type: 'workflow',
    workflow_id: workflow.id,
  });
  const request = { input: { email: 'grace@acme.example', first_name: 'Grace' }, idempotency_key: 'partner-evt-1' };
  const path = `/api/v1/agents/${agent.id}`;
  const first = await api.post(`${path}/execute`, request);
  expect([200, 202]).toContain(first.status);
  const done = await eventually(async () => {
    const answer = await api.post(`${path}/execute`, request);
    expect(answer).toMatchObject({ status: 200, body: { id: first.body.id, status: 'succeeded', replayed: true } });
    return answer.body;
  });
  expect(done.output).toMatchObject({
    workflow_id: workflow.id,
    enrollment_id: done.enrollment_id,
    status: 'completed',
  });
  const { body: list } = await api.get(`/api/v1/workflows/${workflow.id}/enrollments`);
  expect(list).toMatchObject({
    total_count: 1,
    enrollments: [{ id: done.enrollment_id, status: 'completed', mode: 'live' }],
  });
  expect((await api.post(`${path}/score_lead`, { lead: {} })).body.error).toBe('wrong_agent_type');
});

test('a person who is erased is gone from the executions of agents', async () => {
  const { api } = platform;
  const { body: agent } = await api.post('/api/v1/agents/spawn', { name: 'Erased', type: 'template', template_id: 2 });
  const { body: contact } = await api.post('/api/v1/crm/contacts', {
    email: 'erase.me@acme.example',
    first_name: 'Er',
  });
  const scored = await api.post(`/api/v1/agents/${agent.id}/score_lead`, { lead_ref: contact.public_id });
  expect(scored.status).toBe(200);
  expect((await api.post(`/api/v1/crm/contacts/${contact.id}/erase`)).status).toBe(204);
  await eventually(async () => {
    const { text } = await api.get(`/api/v1/agents/${agent.id}/executions`);
    expect(text).not.toContain('erase.me');
  });
});
