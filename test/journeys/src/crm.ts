import type { Api, RunningPlatform } from '@drippulse/harness';
import { eventually, type Receiver, startReceiver } from '@drippulse/testing';
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { Webhook } from 'standardwebhooks';
import { makeOrganization } from './organizations.ts';

/** Tests the promises of the CRM, in a separate organization. */
export function crm(started: () => RunningPlatform): void {
  let api: Api;
  let receiver: Receiver;
  let user: Api;

  beforeAll(async () => {
    receiver = await startReceiver();
    user = await makeOrganization(started(), 'crm');
    api = user.as((await user.post('/api/v1/api_keys', { name: 'Event bridge' })).body.key);
  });
  afterAll(() => receiver?.stop());

  test('a lead from an event bridge is enrolled by its public id', async () => {
    const lead = await api.post('/api/v1/crm/leads', {
      lead: { email: 'ada@example.com', first_name: 'Ada', company: 'Acme' },
    });
    expect(lead).toMatchObject({
      status: 201,
      body: { public_id: expect.stringMatching(/^lead_/), company_name: 'Acme', status: 'new', custom: {} },
    });
    const workflow = await api.post('/api/v1/workflows', {
      name: 'Welcome',
      status: 'active',
      steps: [{ type: 'log', name: 'Done', config: { message: 'ok' } }],
    });
    const path = `/api/v1/workflows/${workflow.body.id}/enrollments`;
    const { email, first_name, public_id } = lead.body;
    const bulk = await api.post(`${path}/bulk`, { contacts: [{ email, first_name, lead_ref: public_id }] });
    expect(bulk).toMatchObject({ status: 201, body: { created_count: 1 } });
    await eventually(async () => {
      const { body } = await api.get(`${path}?lead_ref=${public_id}`);
      expect(body.enrollments).toMatchObject([{ lead_ref: public_id, status: 'completed' }]);
    });
    const back = await api.get(`/api/v1/crm/leads/${public_id}`);
    expect(back.body).toEqual(lead.body);
  });

  /** Makes an active workflow. */
  async function launch(name: string, steps: object[]): Promise<string> {
    const made = await api.post('/api/v1/workflows', { name, status: 'active', steps });
    expect(made).toMatchObject({ status: 201 });
    return `/api/v1/workflows/${made.body.id}/enrollments`;
  }

  /** Waits until the only enrollment of a workflow has ended, and returns it. */
  async function ended(enrollments: string) {
    return eventually(async () => {
      const { body } = await api.get(enrollments);
      expect(body.enrollments).toMatchObject([{ completed_at: expect.any(String) }]);
      return (await api.get(`${enrollments}/${body.enrollments[0].id}`)).body;
    });
  }

  test('an opportunity that enters a stage starts the workflow of that stage', async () => {
    const contact = await api.post('/api/v1/crm/contacts', {
      email: 'eve@example.com',
      last_name: 'Moneypenny',
    });
    const pipelines = await api.get('/api/v1/crm/opportunity_pipelines');
    const stages: { id: string; name: string }[] = pipelines.body.pipelines[0].stages;
    const stage = (name: string) => stages.find((known) => known.name === name)?.id;
    const id = '{{ event.properties.public_id }}';
    const atProposal = { field: 'properties.pipeline_stage_id', operator: 'equals', value: stage('Proposal') };
    const large = { field: 'event.properties.amount_cents', operator: 'greater_or_equal', value: 10_000_000 };
    const enrollments = await launch('Route large deals', [
      {
        type: 'trigger',
        config: { kind: 'event', event_name: 'opportunity.stage_changed', filter: { conditions: [atProposal] } },
      },
      { type: 'condition', config: { conditions: [large] } },
      {
        type: 'crm_update_record',
        config: { record_type: 'opportunity', record_id: id, fields: { description: 'P1, {{ email }}' } },
      },
      {
        type: 'crm_create_activity',
        config: { kind: 'meeting', subject: 'Review {{ event.properties.name }}', opportunity_id: id },
      },
      { type: 'crm_move_opportunity', config: { opportunity_id: id, pipeline_stage_id: stage('Negotiation') } },
    ]);
    const { body } = await api.post('/api/v1/crm/opportunities', {
      name: 'Acme, 400 seats',
      amount_cents: 12_000_000,
      contact_id: contact.body.public_id,
    });
    const path = `/api/v1/crm/opportunities/${body.public_id}`;
    await api.patch(path, { pipeline_stage_id: stage('Prospect') });
    await api.patch(path, { pipeline_stage_id: stage('Proposal') });
    const run = await ended(enrollments);
    expect(run).toMatchObject({
      status: 'completed',
      lead_ref: contact.body.public_id,
      data: { email: 'eve@example.com' },
    });
    expect((await api.get(path)).body).toMatchObject({
      description: 'P1, eve@example.com',
      pipeline_stage_id: stage('Negotiation'),
    });
    const activities = await api.get(`/api/v1/crm/activities?opportunity_id=${body.id}`);
    expect(activities.body.activities).toMatchObject([{ kind: 'meeting', subject: 'Review Acme, 400 seats' }]);
    const changes = await api.get(`/api/v1/crm/change_events?record_type=opportunity&record_id=${body.id}`);
    const actor = { actor_type: 'workflow', actor_id: String(run.workflow_id) };
    expect(changes.body.change_events.slice(0, 2)).toMatchObject([actor, actor]);
  });

  test('leads of a filter walk through a wait, a condition, a mail, and a task for a person', async () => {
    const source = `webinar-${Date.now()}`;
    for (const [email, score] of [
      ['ada@nurture.example', 80],
      ['alan@nurture.example', 20],
    ] as const) {
      await api.post('/api/v1/crm/leads', { email, first_name: email.split('@')[0], score, source });
    }
    const enrollments = await launch('Nurture', [
      { type: 'trigger', config: {} },
      { type: 'wait', config: { duration: 1, unit: 'seconds' } },
      { type: 'condition', config: { conditions: [{ field: 'score', operator: 'greater_than', value: 50 }] } },
      {
        type: 'email',
        config: { subject: 'Hello {{ first_name }}', body: 'About {{ source }}', integration_id: 'nurture' },
      },
      {
        type: 'crm_create_activity',
        config: { kind: 'task', subject: 'Call {{ first_name }}', lead_id: '{{ lead_ref }}' },
      },
      {
        type: 'crm_update_record',
        config: { record_type: 'lead', record_id: '{{ lead_ref }}', fields: { status: 'working' } },
      },
    ]);
    const bulk = await api.post(`${enrollments}/bulk`, {
      contacts: [],
      crm: { record_type: 'lead', filter: { source } },
    });
    expect(bulk).toMatchObject({ status: 201, body: { created_count: 2 } });
    await eventually(async () => {
      const { body } = await api.get(`/api/v1/crm/leads?source=${source}&sort=email`);
      expect(body.leads).toMatchObject([{ status: 'working' }, { status: 'new' }]);
    });
    const tasks = await api.get('/api/v1/crm/activities?kind=task');
    expect(tasks.body.activities).toMatchObject([
      { subject: 'Call ada', lead_public_id: expect.stringMatching(/^lead_/) },
    ]);
    const done = await api.get(`${enrollments}?q=ada@nurture.example`);
    expect(done.body.enrollments).toMatchObject([{ delivery_summary: { sent: 1 } }]);
  });

  test('duplicates are found, merged, reported by webhooks, and unmerged', async () => {
    const path = '/api/v1/crm/contacts';
    const webhook = { url: receiver.url, event_type: 'contact.deleted' };
    expect(await api.post('/api/v1/webhooks', webhook)).toMatchObject({ status: 201 });
    const email = 'twin@merge.example';
    const survivor = (await api.post(path, { email, first_name: 'Grace' })).body;
    const twin = (await api.post(path, { email: email.toUpperCase(), last_name: 'Hopper' })).body;
    const call = { kind: 'call', subject: 'Twins', contact_id: twin.public_id };
    const activity = `/api/v1/crm/activities/${(await api.post('/api/v1/crm/activities', call)).body.id}`;

    const groups = await api.get(`${path}/duplicates?contact_id=${twin.public_id}`);
    expect(groups).toMatchObject({
      status: 200,
      body: { duplicates: [{ kind: 'email', key: email, record_count: 2, contacts: [survivor, twin] }] },
    });
    expect(groups.body.next_cursor).toBeNull();
    const wanted = { survivor: survivor.public_id, merged: [twin.public_id], fields: { email: twin.id } };
    const merged = await api.post(`${path}/merge`, wanted);
    expect(merged).toMatchObject({
      status: 200,
      body: {
        contact: { id: survivor.id, email: twin.email, first_name: 'Grace', last_name: 'Hopper' },
        merge: { record_type: 'contact', merged_public_ids: [twin.public_id], moved_links: 1, undone_at: null },
      },
    });
    expect(await api.get(`${path}/${twin.id}`)).toMatchObject({
      status: 404,
      body: { error: 'contact_not_found', message: `The contact was merged into ${survivor.public_id}.` },
    });
    expect((await api.get(activity)).body.contact_public_id).toBe(survivor.public_id);
    await eventually(() => {
      const reported = receiver.requests.map((request) => JSON.parse(request.body.toString()));
      const data = { public_id: twin.public_id, merged_into_public_id: survivor.public_id };
      expect(reported).toMatchObject([{ type: 'contact.deleted', data }]);
    });
    receiver.clear();

    const merge = `/api/v1/crm/merges/${merged.body.merge.id}`;
    expect((await api.get(merge)).body).toEqual(merged.body.merge);
    const undone = await api.post(`${merge}/undo`, {});
    expect(undone).toMatchObject({ status: 200, body: { kept_fields: [], restored_links: 1, kept_links: 0 } });
    expect((await api.get(`${path}/${twin.id}`)).body.last_name).toBe('Hopper');
    expect((await api.get(activity)).body.contact_public_id).toBe(twin.public_id);
    expect(await api.post(`${merge}/undo`, {})).toMatchObject({
      status: 422,
      body: { error: 'merge_already_undone' },
    });
  });

  test('a hosted form makes a lead of a visitor and enrolls it', async () => {
    const enrollments = await launch('From the website', [
      {
        type: 'crm_update_record',
        config: { record_type: 'lead', record_id: '{{ lead_ref }}', fields: { title: 'Visitor' } },
      },
    ]);
    const form = await api.post('/api/v1/lead_forms', {
      lead_form: {
        name: 'Website',
        workflow_id: Number(enrollments.split('/')[4]),
        redirect_url: 'https://example.com/✓',
      },
    });
    expect(form).toMatchObject({
      status: 201,
      body: { active: true, public_path: expect.stringMatching(/^\/public\/lead_forms\//) },
    });
    const visitor = api.as(null);
    const path: string = form.body.public_path;
    const page = await visitor.get(path, { headers: { accept: 'text/html' } });
    expect(page.status).toBe(200);
    expect(page.headers.get('content-type')).toBe('text/html; charset=utf-8');
    expect(page.headers.get('content-security-policy')).toMatch(/^default-src 'none'; style-src 'sha256-/);
    const submission_id = /name="submission_id" value="([^"]+)"/.exec(page.text)?.[1] ?? '';
    const sent = new URLSearchParams({ submission_id, email: 'visitor@example.com', first_name: 'Vic' }).toString();
    const headers = { 'content-type': 'application/x-www-form-urlencoded' };
    for (const _repeat of [1, 2]) {
      const answer = await visitor.post(path, sent, { headers });
      expect([answer.status, answer.headers.get('location')]).toEqual([303, 'https://example.com/%E2%9C%93']);
    }
    expect(await ended(enrollments)).toMatchObject({ status: 'completed', contact: { email: 'visitor@example.com' } });
    const { body } = await api.get('/api/v1/crm/leads?email=visitor@example.com');
    expect(body.leads).toMatchObject([{ first_name: 'Vic', title: 'Visitor', source: 'lead_form' }]);
    const changes = await api.get(`/api/v1/crm/change_events?record_id=${body.leads[0].id}`);
    expect(changes.body.change_events).toMatchObject([
      { actor_type: 'workflow' },
      { action: 'created', actor_type: 'lead_form' },
    ]);
    expect((await visitor.post(path, { first_name: 'Vic' })).body).toMatchObject({
      errors: { email: ['is required'] },
    });
    const unknown = '/public/lead_forms/unknown';
    for (const missing of [await visitor.get(unknown), await visitor.post(unknown, sent, { headers })]) {
      expect(missing).toMatchObject({ status: 404, body: { error: 'lead_form_not_found' } });
    }
    const accept = 'text/html,application/xhtml+xml,*/*;q=0.8';
    const shown = await visitor.get(unknown, { headers: { accept } });
    expect([shown.status, shown.headers.get('content-type')]).toEqual([404, 'text/html; charset=utf-8']);
  });

  test('a model elsewhere scores a lead by a signed message, which starts a workflow once', async () => {
    const enrollments = await launch('Hot leads', [
      {
        type: 'trigger',
        config: {
          kind: 'event',
          event_name: 'lead.scored',
          filter: { conditions: [{ field: 'properties.score', operator: 'greater_or_equal', value: 70 }] },
        },
      },
      { type: 'log', config: { message: '{{ event.properties.model }}: {{ score }}' } },
    ]);
    const { secret, public_path } = (await user.post('/api/v1/account/inbound_secrets/lead_scoring', {})).body;
    expect(public_path).toBe(`/webhooks/lead_scoring?org=${(await user.get('/api/v1/account')).body.slug}`);
    const email = 'hot@example.com';
    const lead = (await api.post('/api/v1/crm/leads', { email })).body;
    const model = api.as(null);
    const send = (path: string, id: string, score: number, signedBy = secret) => {
      const body = JSON.stringify({ lead: { email: 'HOT@example.com' }, score, scale: 'percent', model: 'fit-3' });
      const at = new Date();
      const headers = {
        'content-type': 'application/json',
        'webhook-id': id,
        'webhook-timestamp': String(Math.floor(at.getTime() / 1000)),
        'webhook-signature': new Webhook(signedBy).sign(id, at, body),
      };
      return model.post(path, body, { headers });
    };
    const other = `whsec_${Buffer.alloc(32, 1).toString('base64')}`;
    expect(await send(public_path, 'msg-1', 72, other)).toMatchObject({
      status: 401,
      body: { error: 'invalid_signature' },
    });
    expect(await send(public_path, 'msg-1', 720)).toMatchObject({
      status: 422,
      body: { errors: { score: [expect.any(String)] } },
    });
    expect(await send(public_path, 'msg-1', 72)).toMatchObject({
      status: 202,
      body: { status: 'accepted', duplicate: false },
    });
    expect(await send(`/api/v1${public_path}`, 'msg-1', 72)).toMatchObject({ status: 200, body: { duplicate: true } });
    expect((await send(`/api/v1${public_path}`, 'msg-2', 60)).status).toBe(202);
    expect(await ended(enrollments)).toMatchObject({ status: 'completed', last_action: { message: 'fit-3: 72' } });
    expect((await api.get(`/api/v1/crm/leads/${lead.id}`)).body).toMatchObject({ email, score: 60 });
    expect(await model.post('/webhooks/lead_scoring', '{}')).toMatchObject({
      status: 400,
      body: { error: 'parameter_missing' },
    });
    const large = await model.post(public_path, 'x'.repeat(70_000), { headers: { 'content-type': 'text/plain' } });
    expect(large.status).toBe(413);
  });

  test('a file of leads comes back as it was, and no text in it is a formula', async () => {
    const last_name = 'x\n=HYPERLINK("https://evil.example")';
    const lead = await api.post('/api/v1/crm/leads', { last_name, title: '=1+1', phone: " '-1" });
    const file = (await api.get('/api/v1/crm/export_csv?collection=leads')).text;
    expect(file).toContain(`,"x\n=HYPERLINK(""https://evil.example"")",`);
    expect(file).toContain(`,'=1+1,`);
    const headers = { 'content-type': 'text/csv' };
    const read = await api.post('/api/v1/crm/leads/import_csv', file, { headers });
    expect(read).toMatchObject({ status: 200, body: { created: 0, updated: 0, failed: 0 } });
    expect((await api.get(`/api/v1/crm/leads/${lead.body.id}`)).body).toEqual(lead.body);
    const bad = await api.post('/api/v1/crm/leads/import_csv', 'email,custom.__proto__\na@b.c,1\n', {
      headers,
    });
    expect(bad).toMatchObject({ status: 422, body: { error: 'header_mismatch' } });
  });

  test('a file of a data source becomes leads, and its refused rows come back to be mended', async () => {
    const source = await api.post('/api/v1/data_sources', { name: 'Fair', type: 'csv', target: 'leads' });
    expect(source).toMatchObject({ status: 201, body: { mapping: [], write_mode: 'create_and_update', file: null } });
    const path = `/api/v1/data_sources/${source.body.id}`;
    const csv = { headers: { 'content-type': 'text/csv' } };
    const file = 'E-mail;Vorname;Nachname\r\nGrace.Fair@example.com;Grace;Hopper\r\nno address;Jean;Bartik\r\n';
    expect(await api.post(`${path}/file`, file, csv)).toMatchObject({
      status: 200,
      body: { encoding: 'utf-8' },
    });
    const { body: preview } = await api.post(`${path}/preview`);
    expect(preview).toMatchObject({ would: { create: 1, fail: 1 }, rows_read: 2 });
    const mapped = await api.patch(path, { mapping: preview.suggested_mapping });
    expect(mapped.body.mapping.map(({ to }: { to: string }) => to)).toEqual(['email', 'first_name', 'last_name']);
    const run = async () => {
      const started = await api.post('/api/v1/data_source_runs', { data_source_id: source.body.id });
      expect(started).toMatchObject({ status: 202, body: { status: 'queued' } });
      return eventually(async () => {
        const { body } = await api.get(started.headers.get('location') ?? '');
        expect(body.finished_at).not.toBeNull();
        return body;
      });
    };
    const first = await run();
    expect(first).toMatchObject({ status: 'completed_with_errors', counts: { read: 2, created: 1, failed: 1 } });
    const failed = (await api.get(first.errors_csv_url)).text;
    expect(failed).toContain('no address,Jean,Bartik');
    expect(await api.post(`${path}/file`, failed.replace('no address', 'jean.fair@example.com'), csv)).toMatchObject({
      status: 200,
    });
    expect(await run()).toMatchObject({ status: 'completed', counts: { created: 1 } });
    const { body: found } = await api.get('/api/v1/crm/leads?q=fair@example.com');
    expect(found.leads.map(({ email }: { email: string }) => email).sort()).toEqual(
      ['Grace.Fair@example.com', 'jean.fair@example.com'].map((email) => email.toLowerCase()),
    );
  });

  test('the owner of a record is a member of the organization', async () => {
    const { body: me } = await user.get('/api/v1/admin/verify');
    const owned = { last_name: 'Owned', owner_id: me.admin.id };
    expect(await api.post('/api/v1/crm/contacts', owned)).toMatchObject({ status: 201, body: owned });
    for (const owner_id of [987_654, -1, 0]) {
      expect(await api.post('/api/v1/crm/contacts', { ...owned, owner_id })).toMatchObject({
        status: 422,
        body: { errors: { owner_id: ['must be a member of the organization'] } },
      });
    }
  });

  test('a PATCH with the body of a GET changes nothing', async () => {
    const account = await api.post('/api/v1/crm/accounts', { name: 'Acme', custom: { price: 1 } });
    const contact = await api.post('/api/v1/crm/contacts', {
      last_name: 'Lovelace',
      account_id: account.body.public_id,
    });
    const opportunity = await api.post('/api/v1/crm/opportunities', {
      opportunity: { name: 'Acme', amount_cents: 12_000_000, currency: 'EUR', account_id: account.body.id },
    });
    for (const [noun, { body }] of Object.entries({
      accounts: account,
      contacts: contact,
      opportunities: opportunity,
    })) {
      const path = `/api/v1/crm/${noun}/${body.id}`;
      expect((await api.patch(path, body)).body).toEqual(body);
    }
  });

  test('an opportunity that is moved to Won on a custom board is reported by a webhook', async () => {
    const copied = await user.post('/api/v1/crm/opportunity_pipelines', { pipeline: { name: 'My deals' } });
    expect(copied).toMatchObject({ status: 201, body: { name: 'My deals', is_default: false } });
    const stages: { id: string; name: string }[] = copied.body.stages;
    const won = stages.find((stage) => stage.name === 'Won')?.id;
    expect((await api.post('/api/v1/crm/opportunity_pipelines', { name: 'No' })).body.error).toBe('user_required');
    await api.post('/api/v1/webhooks', { url: receiver.url, event_type: 'opportunity.won' });
    const { body } = await api.post('/api/v1/crm/opportunities', {
      opportunity: { name: 'Acme, 40 seats', pipeline_stage_id: stages[0]?.id },
    });
    const moved = await api.patch(`/api/v1/crm/opportunities/${body.public_id}`, {
      opportunity: { pipeline_stage_id: won },
    });
    expect(moved.body).toMatchObject({ status: 'won', pipeline_id: copied.body.id });
    await eventually(() => {
      const reported = receiver.requests.map((request) => JSON.parse(request.body.toString()));
      expect(reported).toMatchObject([{ type: 'opportunity.won', data: { id: body.id, status: 'won' } }]);
    });
    const changes = await api.get(`/api/v1/crm/change_events?record_type=opportunity&record_id=${body.id}`);
    expect(changes.body.change_events).toMatchObject([
      { action: 'updated', actor_type: 'api_key', changes: { status: { before: 'open', after: 'won' } } },
      { action: 'created', record_public_id: body.public_id },
    ]);
  });
}
