import { type Api, type RunningPlatform, runCommand } from '@drippulse/harness';

/** One resource of each kind that a path or a body can name, by the collection's name in the path. */
export type Resources = Record<string, number | string>;

export const roles = ['viewer', 'approver', 'editor', 'admin'] as const;

/**
 * Makes one resource of each kind in the organization of a caller, with the mark in one of its values. A new kind of
 * resource gets one line here.
 */
export async function makeResources(api: Api, mark: string): Promise<Resources> {
  const made = async (path: string, body: unknown) => {
    const answer = await api.post(`/api/v1${path}`, body);
    if (answer.status >= 300) throw new Error(`${path} answered ${answer.status}: ${answer.text}`);
    return answer.body;
  };
  const project = await made('/projects', { name: mark });
  const workflow = await made('/workflows', {
    name: mark,
    project_id: project.id,
    steps: [{ type: 'wait', duration: 1, unit: 'weeks' }],
  });
  const bulk = await made(`/workflows/${workflow.id}/enrollments/bulk`, {
    contacts: [{ email: `${mark}@example.com` }],
  });
  const webhook = await made('/webhooks', {
    url: 'https://127.0.0.1:49152/x',
    event_type: 'workflow.deleted',
    description: mark,
  });
  const delivery = await made(`/webhooks/${webhook.id}/test`, {});
  const recovery = await made(`/webhooks/${webhook.id}/recover`, { since: new Date().toISOString() });
  const member = await made('/team_members', { email: `${mark}@example.com`, role: 'viewer' });
  const key = await made('/api_keys', { name: mark });
  const account = await made('/crm/accounts', { name: mark });
  const contact = await made('/crm/contacts', { last_name: mark });
  const lead = await made('/crm/leads', { company: mark });
  const opportunity = await made('/crm/opportunities', { name: mark });
  const field = await made('/crm/custom_fields', { record_type: 'lead', key: 'made_first', label: mark });
  const form = await made('/lead_forms', { name: mark });
  const activity = await made('/crm/activities', { kind: 'note', subject: mark });
  const twin = await made('/crm/contacts', { last_name: mark });
  const { merge } = await made('/crm/contacts/merge', { survivor: contact.id, merged: [twin.id] });
  const upload = await api.post(
    '/api/v1/crm/import',
    { accounts: [{ name: mark }] },
    { headers: { prefer: 'respond-async' } },
  );
  return {
    projects: project.id,
    workflows: workflow.id,
    enrollments: bulk.enrollment_ids[0],
    webhooks: webhook.id,
    deliveries: delivery.id,
    recoveries: recovery.id,
    events: delivery.event_id,
    team_members: member.id,
    api_keys: key.id,
    accounts: account.id,
    contacts: contact.id,
    leads: lead.id,
    opportunities: opportunity.id,
    activities: activity.id,
    custom_fields: field.id,
    lead_forms: form.id,
    imports: upload.body.id,
    merges: merge.id,
    opportunity_pipelines: opportunity.pipeline_id,
    opportunity_pipeline_stages: opportunity.pipeline_stage_id,
  };
}

/** Collection whose members a `ref` option names. */
export const collectionOfRef: Record<string, string | undefined> = {
  'identity.Project': 'projects',
  'workflows.Workflow': 'workflows',
  'webhooks.Webhook': 'webhooks',
  'crm.CrmAccount': 'accounts',
  'crm.CrmContact': 'contacts',
  'crm.CrmLead': 'leads',
  'crm.CrmOpportunity': 'opportunities',
  'crm.CrmOpportunityPipeline': 'opportunity_pipelines',
  'crm.CrmOpportunityPipelineStage': 'opportunity_pipeline_stages',
};

/** A second organization, and a caller who administers it. */
export async function makeOrganization(platform: RunningPlatform, username: string): Promise<Api> {
  const password = 'a-long-password';
  const args = [
    'create',
    '--name',
    username,
    '--username',
    username,
    '--email',
    `${username}@example.com`,
    '--password',
    password,
  ];
  const { code, output } = await runCommand('deploy/local/src/org.ts', args, { DATA_DIR: platform.dataDir });
  if (code !== 0) throw new Error(output);
  return logIn(platform, username, password);
}

/** A caller of the first organization with a role. */
export async function makeMember(
  platform: RunningPlatform,
  role: (typeof roles)[number],
  username: string,
): Promise<Api> {
  const password = 'a-long-password';
  const body = { email: `${username}@example.com`, username, role, password };
  const made = await platform.api.post('/api/v1/team_members', body);
  if (made.status !== 201) throw new Error(made.text);
  return logIn(platform, username, password);
}

async function logIn(platform: RunningPlatform, username: string, password: string): Promise<Api> {
  const login = await platform.api.as(null).post('/api/v1/auth/login', { username, password });
  if (login.status !== 200) throw new Error(login.text);
  return platform.api.as(login.body.token);
}
