import { readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { type RunningPlatform, startLayout } from '@drippulse/harness';
import { eventually } from '@drippulse/testing';
import { afterAll, beforeAll, expect, test } from '@jest/globals';

let platform: RunningPlatform;
beforeAll(async () => {
  platform = await startLayout('start');
});
afterAll(() => platform?.dispose());

type Plan = {
  id: string;
  status: string;
  public_path: string | null;
  operations: { key: string; status: string; resource_id: string | null }[];
};

async function apply(goal: string, answers: object): Promise<Plan> {
  const preview = await platform.api.post('/api/v1/operator/plans/preview', { goal, answers });
  expect(preview).toMatchObject({ status: 201, body: { status: 'previewed' } });
  const applied = await platform.api.post(`/api/v1/operator/plans/${preview.body.id}/apply`);
  expect(applied).toMatchObject({ status: 200, body: { id: preview.body.id, status: 'applied' } });
  return applied.body;
}

const idOf = ({ operations }: Plan, key: string) => operations.find((operation) => operation.key === key)?.resource_id;

/** Returns the mails that have been written so far. */
function mails(): string[] {
  const folder = path.join(platform.dataDir, 'mail');
  return readdirSync(folder)
    .filter((name) => name.endsWith('.eml'))
    .map((name) => readFileSync(path.join(folder, name), 'utf8'));
}

test('the goal nurture becomes a public form whose visitors are enrolled and get the mails', async () => {
  const plan = await apply('nurture', {
    intake: { form_name: 'Newsletter', fields: ['first_name', 'email'] },
    configuration: { mails: [{ subject: 'Welcome, {{ first_name }}', body: 'Hello {{ first_name }}' }] },
  });
  expect(plan.operations.map(({ key, status }) => [key, status])).toEqual([
    ['pipeline', 'done'],
    ['workflow', 'done'],
    ['form', 'done'],
  ]);
  const page = await fetch(`${platform.baseUrl}${plan.public_path}`);
  expect(await page.text()).toContain('Newsletter');
  const body = new URLSearchParams({ first_name: 'Ada', email: 'ada@example.com' });
  const sent = await fetch(`${platform.baseUrl}${plan.public_path}`, { method: 'POST', body });
  expect(sent.status).toBe(200);
  await eventually(async () => {
    const { body } = await platform.api.get(`/api/v1/workflows/${idOf(plan, 'workflow')}/enrollments`);
    expect(body.enrollments).toMatchObject([{ status: 'completed', contact: { email: 'ada@example.com' } }]);
    expect(mails().some((mail) => mail.includes('Subject: Welcome, Ada'))).toBe(true);
  });
  const { body: log } = await platform.api.get('/api/v1/operator/activity');
  expect(log.activity).toMatchObject([
    { kind: 'plan_apply', plan_id: plan.id, goal: 'nurture', public_path: plan.public_path },
    { kind: 'lead_form_created', name: 'Newsletter', plan_id: plan.id },
  ]);
  const trail = await platform.api.get('/api/v1/audit_events?name=operator_plan.applied');
  expect(trail.body.audit_events ?? []).toMatchObject([{ resource_id: plan.id }]);
});

test('new leads of the CRM are qualified, routed and followed up by plans without a form', async () => {
  const intake = { source: 'records' };
  const me = (await platform.api.get('/api/v1/team_members')).body.team_members[0].id;
  const [first] = await Promise.all([
    apply('intake', { intake, configuration: { notify_email: 'sales@example.com' } }),
    apply('qualification', { intake, configuration: { excluded_domains: ['gmail.com'] } }),
    apply('routing', {
      intake,
      configuration: { routes: [{ field: 'company_name', contains: 'Navy', owner_id: me }] },
    }),
  ]);
  expect(first.public_path).toBeNull();
  const leads = [
    { email: 'grace@example.com', first_name: 'Grace', company_name: 'US Navy' },
    { email: 'Alan@Gmail.com', first_name: 'Alan', company_name: 'Bletchley' },
  ];
  const ids: string[] = [];
  for (const lead of leads) ids.push((await platform.api.post('/api/v1/crm/leads', lead)).body.id);
  await eventually(async () => {
    const [grace, alan] = await Promise.all(
      ids.map(async (id) => (await platform.api.get(`/api/v1/crm/leads/${id}`)).body),
    );
    expect([grace.status, grace.owner_id, alan.status, alan.owner_id]).toEqual(['qualified', me, 'unqualified', null]);
    const { body } = await platform.api.get(`/api/v1/crm/activities?lead_id=${ids[1]}`);
    expect(body.activities).toMatchObject([{ kind: 'task' }]);
    expect(mails().filter((mail) => mail.includes('To: sales@example.com'))).toHaveLength(2);
  });
});

test('a key makes by a plan nothing that its scopes refuse otherwise', async () => {
  const plan = { goal: 'intake', answers: { intake: { form_name: 'By a key' } } };
  const scopes = ['operator:write', 'workflows:write', 'lead_forms:write'];
  const previewBy = async (some: string[]) => {
    const { body } = await platform.api.post('/api/v1/api_keys', { name: 'Operator', scopes: some });
    return platform.api.as(body.key).post('/api/v1/operator/plans/preview', plan);
  };
  const refused = { status: 403, body: { error: 'insufficient_scope' } };
  for (const lacking of scopes) expect(await previewBy(scopes.filter((one) => one !== lacking))).toMatchObject(refused);
  expect(await previewBy(scopes)).toMatchObject({ status: 201 });
});
