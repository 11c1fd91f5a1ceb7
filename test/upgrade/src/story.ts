import type { Api } from '@drippulse/harness';

/** The ids of the resources of the story. */
export type Story = { workflowId: number; enrollmentId: number; webhookId: number; contactId: number };

/** Makes one resource of each kind that an upgrade must keep, and waits until the enrollment is completed. */
export async function tellStory(api: Api): Promise<Story> {
  const workflow = await created(api, '/workflows', {
    name: 'Kept by an upgrade',
    status: 'active',
    steps: [
      { type: 'trigger', name: 'Start' },
      { type: 'log', name: 'Note', config: { message: 'Hello {{ first_name }}', level: 'info' } },
    ],
  });
  const webhook = await created(api, '/webhooks', {
    url: 'https://hooks.example.com/drippulse',
    event_type: 'workflow.failed',
    headers: { 'x-own': 'sealed by the keys of the dump' },
  });
  const contact = await created(api, '/crm/contacts', { first_name: 'Ada', email: 'ada@example.com' });
  const enrolled = await api.post(`/api/v1/workflows/${workflow.id}/enrollments/bulk`, {
    contacts: [{ email: 'ada@example.com', first_name: 'Ada', lead_ref: 'crm-1' }],
  });
  if (enrolled.status >= 300) throw new Error(`enrolling answered ${enrolled.status}`);
  const [enrollment] = await completed(api, workflow.id);
  return { workflowId: workflow.id, enrollmentId: enrollment.id, webhookId: webhook.id, contactId: contact.id };
}

async function created(api: Api, path: string, body: object) {
  const answer = await api.post(`/api/v1${path}`, body);
  if (answer.status !== 201) throw new Error(`${path} answered ${answer.status}`);
  return answer.body;
}

async function completed(api: Api, workflowId: number) {
  const deadline = Date.now() + 60_000;
  while (Date.now() < deadline) {
    const { body } = await api.get(`/api/v1/workflows/${workflowId}/enrollments?status=completed`);
    if (body.enrollments.length > 0) return body.enrollments;
    await new Promise((resolve) => setTimeout(resolve, 200));
  }
  throw new Error('the enrollment was not completed within a minute');
}
