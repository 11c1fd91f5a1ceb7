import { readFileSync } from 'node:fs';
import type { Layout, RunningPlatform } from '@drippulse/harness';
import { eventually, openEvents, type Receiver, startReceiver } from '@drippulse/testing';
import { processNames } from '@drippulse/topology';
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { Webhook } from 'standardwebhooks';
import { endWaits } from './end-waits.ts';

const CONTACTS = 50;
/**
 * Number of callbacks that get a response before the kill. The kill is sent before any further callback is recorded.
 */
const ANSWERED = 10;

/** The example body of POST /workflows in the reference. */
const referenceWorkflow = {
  name: 'Inbound Lead Qualification',
  description: 'Draft from API',
  status: 'draft',
  steps: [
    { type: 'trigger', name: 'Start', config: { frequency: 'hourly' } },
    { type: 'log', name: 'Done', config: { message: 'ok', level: 'info' } },
  ],
  integrations: [],
};

/** Tests the promises of the main job, in one layout. These tests kill and stop the platform, so they run last. */
export function mainJob(layout: Layout, started: () => RunningPlatform): void {
  let platform: RunningPlatform;
  let receiver: Receiver;

  beforeAll(async () => {
    platform = started();
    receiver = await startReceiver();
  });
  afterAll(() => receiver?.stop());

  test('login works at three paths, and the token identifies the user', async () => {
    for (const path of ['/api/v1/admin/login', '/api/v1/sessions/admin', '/api/v1/auth/login']) {
      const login = await platform.api
        .as(null)
        .post(path, { username: platform.username, password: platform.password });
      expect(login).toMatchObject({ status: 200, body: { admin: { username: platform.username, role: 'admin' } } });
      const verified = await platform.api.as(login.body.token).get('/api/v1/admin/verify');
      expect(verified.body).toMatchObject({ valid: true, kind: 'session', role: 'admin', api_key: null });
    }
  });

  test('a key made over the API works until it is revoked', async () => {
    const created = await platform.api.post('/api/v1/api_keys', { name: 'Production automation', expires_in: 365 });
    expect(created).toMatchObject({ status: 201, body: { key_prefix: 'adcrm_live_' } });
    const keyed = platform.api.as(created.body.key);
    expect((await keyed.get('/api/v1/workflows')).status).toBe(200);
    expect((await platform.api.delete(`/api/v1/api_keys/${created.body.id}/revoke`)).status).toBe(204);
    await eventually(async () => expect((await keyed.get('/api/v1/workflows')).status).toBe(401));
  });

  test('the example workflow of the reference is created, read, tested with both fixtures and deleted', async () => {
    const created = await platform.api.post('/api/v1/workflows', referenceWorkflow);
    expect(created).toMatchObject({
      status: 201,
      body: { ...referenceWorkflow, version: 1, steps: [{ position: 0 }, { position: 1 }] },
    });
    const path = `/api/v1/workflows/${created.body.id}`;
    expect((await platform.api.get(path)).body).toEqual(created.body);
    const minimal = await platform.api.post(`${path}/test`, {});
    expect(minimal.body).toMatchObject({ status: 'completed', mode: 'test', test_fixture_profile: 'minimal' });
    expect(Object.keys(minimal.body.sample_data).sort()).toEqual(['email', 'first_name', 'last_name', 'score']);
    const demo = await platform.api.post(`${path}/test`, {
      fixture_profile: 'rich',
      sample_data: { company_name: 'Mine' },
    });
    expect(demo.body).toMatchObject({ test_fixture_profile: 'demo', sample_data: { company_name: 'Mine' } });
    expect((await platform.api.delete(path)).status).toBe(204);
    expect((await platform.api.get(path)).status).toBe(404);
  });

  test('a screen checks steps, tries them, saves them, and shows their workflow with its counts and versions', async () => {
    const post = async (path: string, body: object) => platform.api.post(`/api/v1/workflows${path}`, body);
    const wrong = await post('/validate', { workflow: { steps: [{ type: 'wait', duration: 0, unit: 'hours' }] } });
    expect(wrong).toMatchObject({
      status: 200,
      body: { valid: false, problems: [{ path: 'steps.0.config.duration', step: 0 }] },
    });
    expect(wrong.body).not.toHaveProperty('steps');
    const steps = [
      { id: 'known', type: 'condition', conditions: [{ field: 'email', operator: 'exists' }], on_false: 'lost' },
      { id: 'done', type: 'end' },
      { id: 'lost', type: 'end', status: 'failed' },
    ];
    const checked = await post('/validate', { steps });
    expect(checked).toMatchObject({ status: 200, body: { valid: true, problems: [] } });
    expect(checked.body.steps[0].config).toMatchObject({ match: 'all', on_true: 'next', on_false: 'lost' });
    const tried = await post('/test', { steps, fixture_profile: 'demo' });
    expect(tried).toMatchObject({ status: 200, body: { status: 'completed', workflow_id: null, version: null } });

    const { id } = (await post('', { name: 'Seen on a screen', steps })).body;
    await post(`/${id}/enrollments/bulk`, { contacts: [{ email: 'a@example.com' }, { first_name: 'Nobody' }] });
    const renewed = [{ id: 'pause', type: 'wait', duration: 1, unit: 'weeks' }, ...steps];
    expect((await platform.api.patch(`/api/v1/workflows/${id}`, { steps: renewed })).body.version).toBe(2);
    await post(`/${id}/enrollments/bulk`, { contacts: [{ email: 'b@example.com' }] });
    const list = '/api/v1/workflows?view=summary&q=ON%20A%20SCREEN&sort=-updated_at&limit=5';
    await eventually(async () => {
      const { body } = await platform.api.get(list);
      expect(body).toMatchObject({
        total_count: 1,
        workflows: [
          {
            id,
            version: 2,
            step_count: 4,
            stats: { enrolled: 3, active: 1, completed: 1, failed: 1, failures_24h: 1 },
          },
        ],
      });
      expect(Object.keys(body)).toEqual(['workflows', 'total_count', 'next_cursor']);
      expect(body.workflows[0]).not.toHaveProperty('steps');
    });
    const { versions } = (await platform.api.get(`/api/v1/workflows/${id}/versions`)).body;
    expect(versions).toMatchObject([
      {
        version: 2,
        is_current: true,
        step_count: 4,
        active_enrollments: 1,
        actor_type: expect.stringMatching(/^(?:user|api_key)$/),
      },
      {
        version: 1,
        is_current: false,
        step_count: 3,
        active_enrollments: 0,
        actor_type: expect.stringMatching(/^(?:user|api_key)$/),
      },
    ]);
    const first = await platform.api.get(`/api/v1/workflows/${id}/versions/1`);
    expect(first).toMatchObject({ status: 200, body: { version: 1, steps: steps.map((step) => ({ id: step.id })) } });
    const none = await platform.api.get(`/api/v1/workflows/${id}/versions/3`);
    expect(none).toMatchObject({ status: 404, body: { error: 'workflow_version_not_found' } });
    expect((await platform.api.delete(`/api/v1/workflows/${id}`)).status).toBe(204);
  });

  test('the step catalog and the event catalog describe the running platform', async () => {
    const steps = await platform.api.get('/api/v1/workflows/step_types');
    const types = steps.body.step_types.map((step: { type: string }) => step.type);
    expect(types.sort()).toEqual(
      [
        'agent',
        'alert',
        'approval',
        'branch',
        'condition',
        'crm_create_activity',
        'crm_create_lead',
        'crm_move_opportunity',
        'crm_update_record',
        'email',
        'end',
        'integration_action',
        'log',
        'score_lead',
        'set_fields',
        'split',
        'trigger',
        'wait',
        'wait_for_event',
        'webhook',
        'webhook_callback',
      ].sort(),
    );
    const events = await platform.api.get('/api/v1/webhooks/catalog');
    expect(events.body.event_types.map((event: { type: string }) => event.type)).toContain('workflow.failed');
    const { secret, id, timestamp, body, signature } = events.body.signing.test_vector;
    expect(new Webhook(secret).sign(id, new Date(Number(timestamp) * 1000), body)).toBe(signature);
  });

  test('an open stream hints at a funnel that moves, a delivery that fails and a record that is made', async () => {
    receiver.answer(({ url }) => (url === '/failing' ? { status: 500 } : {}));
    const webhook = await platform.api.post('/api/v1/webhooks', {
      url: `${receiver.url}/failing`,
      event_type: 'lead.created',
    });
    const workflow = await platform.api.post('/api/v1/workflows', {
      name: 'Watched',
      status: 'active',
      steps: [
        { type: 'trigger', name: 'Start' },
        // The hints about the start are sent during this wait, so the next hint is about the move after the wait. A
        // move to a wait causes no event.
        { type: 'wait', name: 'Pause', duration: 5, unit: 'seconds' },
        { type: 'wait', name: 'Rest', duration: 30, unit: 'days' },
      ],
    });
    const funnel = `enrollments:${workflow.body.id}`;
    const url = `${platform.baseUrl}/api/v1/stream?topics=${funnel},enrollments,webhooks,leads,workflows,approvals`;
    const stream = await openEvents(url, { token: platform.apiKey });
    const about = (topic: string) => stream.events.map(({ data }) => data).filter((hint) => hint.topic === topic);

    const bulk = await platform.api.post(`/api/v1/workflows/${workflow.body.id}/enrollments/bulk`, {
      contacts: [{ email: 'watched@example.com' }],
    });
    const [id] = bulk.body.enrollment_ids;
    await eventually(() => expect(about(funnel)).toHaveLength(1));
    expect(about(funnel)).toMatchObject([{ id: String(id) }]);
    const before = about(funnel).length;
    const lead = await platform.api.post('/api/v1/crm/leads', { lead: { first_name: 'Watched' } });
    await eventually(() => expect(about('leads')).toEqual([{ topic: 'leads', id: lead.body.id, kind: 'created' }]));
    await eventually(() => expect(about('webhooks').at(-1)).toMatchObject({ kind: 'delivery_failed' }));
    expect(about('webhooks').at(-1)).toMatchObject({ id: String(webhook.body.id) });

    const enrollment = `/api/v1/workflows/${workflow.body.id}/enrollments/${id}`;
    await eventually(async () => expect((await platform.api.get(enrollment)).body.current_step_index).toBe(2));
    await eventually(() => expect(about(funnel).length).toBeGreaterThan(before));
    expect(about(funnel).at(-1)).toEqual({ topic: funnel, id: String(id), kind: 'moved' });
    await eventually(() => expect(about('enrollments').length).toBeGreaterThan(1));
    expect(about('approvals')).toEqual([]);

    await platform.api.patch(`/api/v1/workflows/${workflow.body.id}`, { name: 'Seen' });
    await eventually(() => expect(about('workflows').at(-1)).toMatchObject({ id: String(workflow.body.id) }));
    stream.close();
    await platform.api.delete(`/api/v1/webhooks/${webhook.body.id}`);
  });

  test('fifty contacts walk through a wait, a kill -9 and a restart; each gets one callback and signed webhooks', async () => {
    const killed = Promise.withResolvers<object>();
    receiver.answer(({ url }) => (url === '/callback' && callbacks().size > ANSWERED ? killed.promise : {}));
    const webhook = await platform.api.post('/api/v1/webhooks', {
      url: `${receiver.url}/webhooks`,
      event_type: 'enrollment.*',
    });
    expect(webhook.status).toBe(201);
    const workflow = await platform.api.post('/api/v1/workflows', {
      name: 'Main job',
      status: 'active',
      steps: [
        { type: 'trigger', name: 'Start' },
        { type: 'wait', name: 'Pause', duration: 1, unit: 'hours' },
        {
          type: 'webhook_callback',
          name: 'Call',
          config: {
            url: `${receiver.url}/callback`,
            payload: { email: '{{ email }}', ref: '{{ lead_ref }}' },
            // Callbacks are under way until the kill. The timeout is long, so that none of them is sent again before
            // the kill.
            timeout_seconds: 60,
          },
        },
        { type: 'log', name: 'Done', config: { message: '{{ first_name }}' } },
      ],
    });
    const path = `/api/v1/workflows/${workflow.body.id}/enrollments`;
    const contacts: unknown[] = Array.from({ length: CONTACTS }, (_, n) => ({
      email: `c${n}@example.com`,
      first_name: `C${n}`,
      lead_ref: `crm-${n}`,
    }));
    const bulk = await platform.api.post(`${path}/bulk`, { contacts: [...contacts, 'no object'], timezone: 'UTC' });
    expect(bulk).toMatchObject({ status: 201, body: { created_count: CONTACTS, skipped_invalid_rows: 1 } });
    expect(bulk.body.enrollment_ids).toHaveLength(CONTACTS);

    const waiting = await eventually(async () => {
      const list = await platform.api.get(`${path}?limit=10`);
      expect(list.body.step_funnel.steps[1]).toMatchObject({
        active_leads: CONTACTS,
        waiting_leads: CONTACTS,
        running_leads: 0,
      });
      return list.body;
    });
    expect(waiting).toMatchObject({
      total_count: CONTACTS,
      step_funnel: { totals: { active: CONTACTS, completed: 0, failed: 0, cancelled: 0, total_enrollments: CONTACTS } },
      enrollments: expect.arrayContaining([
        expect.objectContaining({
          status: 'active',
          is_waiting: true,
          current_step: expect.objectContaining({ name: 'Pause' }),
        }),
      ]),
    });
    const detail = await platform.api.get(`${path}/${bulk.body.enrollment_ids[7]}`);
    expect(detail.body).toMatchObject({
      lead_ref: 'crm-7',
      contact: { first_name: 'C7' },
      deliveries: [],
      nurture_events: [],
    });

    const removed = bulk.body.enrollment_ids[0];
    expect((await platform.api.delete(`${path}/${removed}`)).status).toBe(204);
    expect((await platform.api.delete(`${path}/${removed}`)).status).toBe(404);
    await endWaits(platform, workflow.body.id);

    await eventually(async () => {
      const list = await platform.api.get(`${path}?limit=1`);
      expect(list.body.step_funnel.totals.completed).toBe(ANSWERED);
      expect(callbacks().size).toBeGreaterThan(ANSWERED);
    });
    await platform.kill();
    const sentBefore = [...callbacks().keys()];
    killed.resolve({});
    await platform.restart();

    await eventually(async () => {
      const list = await platform.api.get(`${path}?limit=1`);
      expect(list.body.step_funnel.totals).toMatchObject({
        completed: CONTACTS - 1,
        active: 0,
        failed: 0,
        total_enrollments: CONTACTS - 1,
      });
    });
    const called = callbacks();
    expect(called.size).toBe(CONTACTS - 1);
    for (const bodies of called.values()) expect(new Set(bodies).size).toBe(1);
    const timesCalled = (keys: string[]) => keys.map((key) => called.get(key)?.length);
    expect(timesCalled(sentBefore.slice(0, ANSWERED))).toEqual(Array(ANSWERED).fill(1));
    expect(new Set(timesCalled(sentBefore.slice(ANSWERED)))).toEqual(new Set([2]));
    const emails = [...called.values()].map((bodies) => JSON.parse(bodies[0] ?? '').email);
    expect(new Set(emails).size).toBe(CONTACTS - 1);

    await eventually(() => {
      const events = verifiedEvents(webhook.body.secret);
      const completed = [...events.values()].filter((event) => event.type === 'enrollment.completed');
      const started = [...events.values()].filter((event) => event.type === 'enrollment.started');
      expect(new Set(completed.map((event) => event.data.id)).size).toBe(CONTACTS - 1);
      expect(completed).toHaveLength(CONTACTS - 1);
      expect(started).toHaveLength(CONTACTS);
      expect([...events.values()].filter((event) => event.type === 'enrollment.cancelled')).toHaveLength(1);
    });
    const deliveries = await platform.api.get(`/api/v1/webhooks/${webhook.body.id}/deliveries?limit=5`);
    expect(deliveries.body.deliveries[0]).toMatchObject({ status: expect.any(String), attempts: expect.any(Array) });
  });

  test('each process is below 300 MB resident after that', () => {
    const pids = [
      platform.pid,
      ...[...platform.output().matchAll(/process (\d+), gRPC/g)].map(([, pid]) => Number(pid)),
    ];
    expect(pids).toHaveLength(layout === 'start' ? 1 : 1 + processNames.length);
    for (const pid of pids) expect(residentMb(pid)).toBeLessThan(300);
  });

  test('the platform stops on SIGTERM with code 0', async () => {
    expect(await platform.stop()).toBe(0);
  });

  /** Returns the bodies of the callbacks, by their effect key. */
  function callbacks(): Map<string, string[]> {
    const byKey = new Map<string, string[]>();
    for (const request of receiver.requests.filter(({ url }) => url === '/callback')) {
      const key = String(request.headers['idempotency-key']);
      byKey.set(key, [...(byKey.get(key) ?? []), request.body.toString()]);
    }
    return byKey;
  }

  /** Verifies the received webhooks, and returns their events by id. Repeats of an id count once. */
  function verifiedEvents(secret: string): Map<string, { type: string; data: { id: number } }> {
    const verifier = new Webhook(secret);
    const events = new Map<string, { type: string; data: { id: number } }>();
    for (const request of receiver.requests.filter(({ url }) => url === '/webhooks')) {
      const headers = Object.fromEntries(Object.entries(request.headers).map(([name, value]) => [name, String(value)]));
      events.set(
        String(headers['webhook-id']),
        verifier.verify(request.body.toString(), headers) as { type: string; data: { id: number } },
      );
    }
    return events;
  }
}

function residentMb(pid: number): number {
  return Number(/VmRSS:\s+(\d+)/.exec(readFileSync(`/proc/${pid}/status`, 'utf8'))?.[1]) / 1024;
}
