import { type Api, type RunningPlatform, startLayout } from '@drippulse/harness';
import { eventually } from '@drippulse/testing';
import { afterAll, beforeAll, expect, test } from '@jest/globals';

let platform: RunningPlatform;
beforeAll(async () => {
  platform = await startLayout('start');
});
afterAll(() => platform?.dispose());

/** Returns metrics by their name; amounts of money include their currency. */
async function metrics(api: Api, query = ''): Promise<Record<string, number | null>> {
  const answer = await api.get(`/api/v1/analytics/metrics${query}`);
  expect(answer).toMatchObject({ status: 200, body: { timezone: 'Asia/Kathmandu' } });
  return Object.fromEntries(
    answer.body.metrics.map((metric: { name: string; currency?: string; value: number | null }) => [
      `${metric.name}${metric.currency ?? ''}`,
      metric.value,
    ]),
  );
}

test('what happened through the API is counted to the last unit, and agrees with its sources', async () => {
  const { api } = platform;
  expect(await api.patch('/api/v1/account', { timezone: 'Asia/Kathmandu' })).toMatchObject({ status: 200 });
  const testKey = api.as((await api.post('/api/v1/api_keys', { mode: 'test' })).body.key);
  const launch = async (by: Api, name: string, steps: object[]) => {
    const made = await by.post('/api/v1/workflows', { name, status: 'active', steps });
    expect(made).toMatchObject({ status: 201 });
    return `/api/v1/workflows/${made.body.id}`;
  };
  const enroll = async (by: Api, workflow: string, contacts: object[]) =>
    expect(await by.post(`${workflow}/enrollments/bulk`, { contacts })).toMatchObject({
      status: 201,
      body: { created_count: contacts.length },
    });
  const people = (count: number) => Array.from({ length: count }, (_, n) => ({ email: `person${n}@gmail.com` }));

  // Mails are sent by a workflow that is deleted afterwards.
  const mail = { type: 'email', id: 'hello', config: { to: '{{ email }}', subject: 'Hello', body: 'Hello' } };
  const deleted = await launch(api, 'Deleted', [mail]);
  await enroll(api, deleted, people(7));
  // These enrollments wait. Later in the test, one of them is cancelled, and the person in another one is erased.
  const contact = await api.post('/api/v1/crm/contacts', { email: 'erased@example.com' });
  const waiting = await launch(api, 'Waiting', [{ type: 'wait', config: { duration: 1, unit: 'days' } }]);
  await enroll(api, waiting, [...people(3), { email: 'erased@example.com', lead_ref: contact.body.public_id }]);
  // Rows of a test key are counted separately.
  const tried = await launch(testKey, 'Tried', [{ type: 'log', config: { message: 'ok' } }]);
  await enroll(testKey, tried, people(5));
  for (const email of ['one@example.com', 'two@example.com']) await api.post('/api/v1/crm/leads', { email });

  await eventually(async () => {
    const { body } = await api.get(`${deleted}/enrollments`);
    expect(body.step_funnel).toMatchObject({ totals: { completed: 7 } });
  });
  const sent = await api.get(`${deleted}/enrollments?limit=10`);
  const sentBySource = sent.body.enrollments.reduce(
    (sum: number, row: { delivery_summary: { sent: number } }) => sum + row.delivery_summary.sent,
    0,
  );
  const [first] = (await api.get(`${waiting}/enrollments?q=person0`)).body.enrollments;
  expect(await api.delete(`${waiting}/enrollments/${first.id}`)).toMatchObject({ status: 204 });
  expect(await api.post(`/api/v1/crm/contacts/${contact.body.id}/erase`)).toMatchObject({ status: 204 });
  expect(await api.delete(deleted)).toMatchObject({ status: 204 });

  const expected = {
    enrollments_started: 11,
    completed: 7,
    cancelled: 2,
    emails_sent: 7,
    delivered: 7,
    leads_created: 2,
    bounces: 0,
    human_open_rate: 0,
  };
  await eventually(async () => expect(await metrics(api)).toMatchObject(expected));
  expect((await metrics(api))['emails_sent']).toBe(sentBySource);
  expect(await metrics(testKey)).toMatchObject({
    enrollments_started: 5,
    completed: 5,
    emails_sent: 0,
    leads_created: 0,
  });
  expect(await metrics(api, `?workflow_id=${deleted.split('/').at(-1)}`)).toMatchObject({
    ...{ enrollments_started: 7, completed: 7, emails_sent: 7, leads_created: 0 },
  });
  const idOf = (workflow: string) => workflow.split('/').at(-1);
  const funnel = async (workflow: string, by = api) =>
    (await by.get(`/api/v1/analytics/funnel?workflow_id=${idOf(workflow)}`)).body;
  await eventually(async () => {
    const { entered, steps } = await funnel(waiting);
    expect({ entered, steps }).toMatchObject({
      entered: 4,
      steps: [{ entered: 4, active: 2, cancelled: 2, waited: 4 }],
    });
  });
  expect(await funnel(deleted)).toMatchObject({
    entered: 7,
    steps: [{ step_id: 'hello', name: null, entered: 7, completed: 7, active: 0 }],
  });
  expect(await funnel(tried, testKey)).toMatchObject({ entered: 5, steps: [{ type: 'log', completed: 5 }] });
  const { body: source } = await api.get(`${waiting}/enrollments`);
  expect(source.step_funnel.steps[0].active_leads).toBe(2);
  const chart = await api.get('/api/v1/analytics/charts?metric=enrollments_started&group_by=workflow&interval=month');
  const shown = chart.body.series.map(({ label, points }: { label: string; points: { value: number }[] }) => [
    label,
    points.reduce((sum, { value }) => sum + value, 0),
  ]);
  expect(shown).toEqual([
    ['Deleted', 7],
    ['Waiting', 4],
  ]);
});
