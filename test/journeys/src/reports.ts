import type { Api, RunningPlatform } from '@drippulse/harness';
import { eventually } from '@drippulse/testing';
import { beforeAll, expect, test } from '@jest/globals';
import { makeOrganization } from './organizations.ts';

/** Tests the promises of reports, in a separate organization. */
export function reports(started: () => RunningPlatform): void {
  let api: Api;
  let workflowId: number;

  beforeAll(async () => {
    api = await makeOrganization(started(), 'reports');
    const steps = [{ type: 'log', name: 'Done', config: { message: 'ok' } }];
    const workflow = await api.post('/api/v1/workflows', { name: 'Welcome', status: 'active', steps });
    workflowId = workflow.body.id;
    await api.post(`/api/v1/workflows/${workflowId}/enrollments/bulk`, {
      contacts: [{ email: 'ada@example.com' }, { email: 'grace@example.com' }],
    });
    await api.post('/api/v1/crm/leads', { email: 'ada@example.com' });
    await api.post('/api/v1/crm/opportunities', { name: '=1+1', amount_cents: 1_200, currency: 'EUR' });
    await api.post('/api/v1/agents/spawn', { name: 'Domain', type: 'code', code_id: 'email_domain' });
    await api.post('/api/v1/webhooks', { url: 'https://hooks.example.com/a', event_type: 'report.completed' });
    await eventually(async () => {
      const { body } = await api.get(`/api/v1/workflows/${workflowId}/enrollments`);
      expect(body.step_funnel.totals).toMatchObject({ completed: 2 });
    });
  });

  test('each type of report is made of what its service knows, in each format, and the eleventh in a minute is refused', async () => {
    // The period of a report ends at the time of its request, so it includes the resources that were just made.
    const rows = {
      crm_growth: { leads: 1, opportunities: 1, contacts: 0 },
      pipeline: { name: '=1+1', amount_cents: 1_200, currency: 'EUR', status: 'open' },
      enrollment_funnel: { kind: 'outcome', name: 'completed', people: 2 },
      webhook_health: { state: 'active', exhausted: 0 },
    };
    for (const [type, row] of Object.entries(rows)) {
      const parameters = type === 'enrollment_funnel' ? { workflow_id: workflowId } : {};
      const file = JSON.parse((await made({ type, format: 'json', parameters })).text);
      expect(file.report).toMatchObject({ type });
      expect(file.rows).toContainEqual(expect.objectContaining(row));
    }
    const performance = { type: 'workflow_performance', format: 'csv', parameters: { workflow_id: workflowId } };
    expect((await made(performance)).text).toContain('day,started,completed');
    expect((await made({ type: 'agent_costs', format: 'csv' })).text).toMatch(/^agent_id,agent_name,day/);
    expect((await made({ type: 'email_engagement', format: 'csv' })).text).toMatch(
      /^workflow_id,workflow_name,step_id,sent/,
    );
    expect((await made({ type: 'pipeline', format: 'csv' })).text).toContain(",'=1+1,");
    expect((await made({ type: 'pipeline', format: 'pdf' })).text).toMatch(/^%PDF-1\.7/);
    for (const status of [202, 429]) {
      const answer = await api.post('/api/v1/reports/generate', { type: 'pipeline' });
      expect(answer.status).toBe(status);
    }
  });

  test('a report gets a schedule whose recipients are members, shows it, and loses it', async () => {
    const { body: list } = await api.get('/api/v1/reports?limit=1');
    const path = `/api/v1/reports/${list.reports[0].id}`;
    const times = { cron: '0 8 * * 1', timezone: 'Asia/Kathmandu' };
    const refused = await api.post(`${path}/schedule`, { ...times, recipients: ['stranger@example.com'] });
    expect(refused).toMatchObject({ status: 422, body: { errors: { 'recipients.0': [expect.any(String)] } } });
    const [member] = (await api.get('/api/v1/team_members')).body.team_members;
    const { status, body } = await api.post(`${path}/schedule`, { ...times, recipients: [String(member.id)] });
    expect({ status, body }).toMatchObject({
      status: 200,
      body: { schedule: { ...times, recipient_ids: [member.id], paused: false, failures_in_a_row: 0 } },
    });
    expect((await api.get(path)).body.schedule).toEqual(body.schedule);
    expect((await api.delete(`${path}/schedule`)).status).toBe(204);
    expect(await api.delete(`${path}/schedule`)).toMatchObject({
      status: 404,
      body: { error: 'report_schedule_not_found' },
    });
    expect((await api.get(path)).body.schedule).toBeNull();
  });

  /** Makes a report and returns its file. Checks that a second download is equal. */
  async function made(asked: object): Promise<{ text: string }> {
    const { status, body, headers } = await api.post('/api/v1/reports/generate', asked);
    expect({ status, body }).toMatchObject({ status: 202, body: { status: 'queued' } });
    const path = `/api/v1/reports/${body.id}`;
    expect(headers.get('location')).toBe(path);
    await eventually(async () => {
      expect((await api.get(path)).body).toMatchObject({ status: 'ready', progress: 1, error: null });
    });
    const [first, second] = [await api.get(`${path}/download`), await api.get(`${path}/download`)];
    expect(first.status).toBe(200);
    expect(second.text).toBe(first.text);
    expect(first.headers.get('content-disposition')).toMatch(/^attachment; filename=/);
    return first;
  }
}
