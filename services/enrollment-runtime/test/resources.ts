import { eventually, type Get, type MakeResources, type Post } from '@drippulse/testing';

export const makeResources: MakeResources = async (post, mark, { workflows }, get) => {
  const contacts = ['a', 'b', 'c'].map((name) => ({ email: `${mark}.${name}@example.com` }));
  const bulk = await post(`/workflows/${workflows}/enrollments/bulk`, { contacts });
  const event = await post('/events', { name: 'order.paid', contact: { email: `${mark}.d@example.com`, mark } });
  const suppression = await post('/suppressions', { email: `${mark}@example.com` });
  const domain = await post('/account/sending_domains', { domain: `${mark}.example.com` });
  return {
    enrollments: bulk.enrollment_ids[0],
    approvals: await makeApproval(post, mark, get),
    suppressions: suppression.id,
    sending_domains: domain.id,
    events: event.id,
  };
};

/** Makes a pending approval that a step asks for. */
async function makeApproval(post: Post, mark: string, get: Get): Promise<number> {
  const steps = [{ type: 'approval', config: { message: 'Write to {{ email }}?', allow_api_keys: true } }];
  const workflow = await post('/workflows', { name: `${mark} asks`, status: 'active', steps });
  await post(`/workflows/${workflow.id}/enrollments/bulk`, { contacts: [{ email: `${mark}.asked@example.com` }] });
  return eventually(async () => {
    const { approvals } = await get(`/approvals?workflow_id=${workflow.id}`);
    if (approvals.length === 0) throw new Error('the step has not asked yet');
    return approvals[0].id;
  });
}
