import { create } from '@bufbuild/protobuf';
import { EnrollmentStatus } from '@drippulse/proto/drippulse/enrollments/v1/enrollments_pb';
import { EffectResultSchema, EffectsService } from '@drippulse/proto/drippulse/journeys/v1/effects_pb';
import { CapWindow } from '@drippulse/proto/drippulse/messaging/v1/rules_pb';
import { clientFor, createGrpcPeers } from '@drippulse/rpc';
import { acceptedMs, type ReferencePerformer, startReferencePerformer } from '@drippulse/service/harness';
import { eventually } from '@drippulse/testing';
import { serviceOf } from '@drippulse/topology';
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { sql } from 'kysely';
import type { Performers } from '../src/performers.ts';
import { editor, type Harness, startHarness, tester } from './harness.ts';
import { days } from './mailing.ts';
import { contacts, makeWorkflow, parsed, refusal, type StepInput } from './workflow.ts';

// The names under which two reference performers run, in place of the integrations and the agents service. The
// performers behave as each request asks them to.
const name = serviceOf('webhooks');
const otherName = serviceOf('workflows');

let harness: Harness;
let performer: ReferencePerformer;
let other: ReferencePerformer;
const performers: { -readonly [Name in keyof Performers]: Performers[Name] } = {};
beforeAll(async () => {
  harness = await startHarness({ start: false, grpcPort: 0, performers });
  let runtimePort = 0;
  const now = () => new Date(Date.now() + harness.shiftMs());
  const started = { keys: harness.keys, runtime: () => `127.0.0.1:${runtimePort}`, now };
  performer = await startReferencePerformer({ ...started, name });
  other = await startReferencePerformer({ ...started, name: otherName });
  const peers = createGrpcPeers({ [name]: performer.address, [otherName]: other.address });
  harness.keep({ stop: async () => peers.close() });
  const tokens = harness.keys.tokensOf(serviceOf('enrollments'));
  const performerAt = (target: typeof name) => ({
    name: target,
    client: clientFor(EffectsService, { peers, target, tokens }),
  });
  Object.assign(performers, { integrations: performerAt(name), agents: performerAt(otherName) });
  runtimePort = (await harness.startRuntime()).port ?? 0;
});
afterAll(async () => {
  await performer.stop();
  await other.stop();
  await harness.stop();
});

let lastStep = 0;

/** Enrolls a contact in a workflow whose first step is an effect of the performer, and whose second logs the result. */
async function enroll(action: string, more: object = {}, caller = editor) {
  lastStep += 1;
  const id = `call${lastStep}`;
  const steps: StepInput[] = [
    { type: 'integration_action', id, integration_id: 'hubspot', action, payload: { to: '{{ email }}' }, ...more },
    { type: 'log', id: 'after', message: 'done with {{ result.key }}' },
  ];
  const { id: workflowId } = await makeWorkflow(harness, steps);
  const calls = harness.enrollments(caller);
  const { enrollmentIds } = await calls.bulkEnroll({ workflowId, contacts: contacts(1) });
  const ref = { workflowId, id: enrollmentIds[0] ?? 0n };
  const read = async () => {
    const { enrollment } = await calls.getEnrollment(ref);
    if (enrollment === undefined) throw new Error('it is there');
    return enrollment;
  };
  const until = (expected: object) =>
    eventually(async () => {
      const enrollment = await read();
      expect(enrollment).toMatchObject(expected);
      return enrollment;
    });
  const asked = (attempt = 1) =>
    eventually(() => {
      const [request] = performer.asked(id);
      if (request === undefined || request.attempt < attempt) throw new Error('it was not asked for');
      return request;
    });
  return { ref, read, until, asked, key: async () => (await asked()).key };
}

const completed = { status: EnrollmentStatus.COMPLETED };
/**
 * Matches an enrollment whose effect was accepted. Its timeline line is compared too, because an enrollment also waits
 * before its first move.
 */
const takenOn = { isWaiting: true, actionTimeline: [{ message: expect.stringMatching(/^Taken on/) }] };
const messagesOf = ({ actionTimeline }: { actionTimeline: { message: string }[] }) =>
  actionTimeline.map(({ message }) => message.replace(/ \((until|warning).*/, ''));

/** Moves the time forward, and makes the runtime check for due runs. */
async function pass(ms: number): Promise<void> {
  harness.pass(ms);
  const { id: workflowId } = await makeWorkflow(harness, [{ type: 'trigger' }]);
  await harness.enrollments().bulkEnroll({ workflowId, contacts: contacts(1) });
}

test('an effect that is done in the call adds its output, and is asked for with all that it needs', async () => {
  const { until, asked, ref } = await enroll('now');
  const { key, request, ...rest } = await asked();
  const enrollment = await until(completed);
  expect(messagesOf(enrollment)).toEqual(['Performed', `done with ${key}`]);
  expect(JSON.parse(Buffer.from(request).toString())).toEqual({
    integration_id: 'hubspot',
    integration_name: 'hubspot',
    action: 'now',
    connection_key: 'default',
    payload: { to: 'c0@example.com' },
    save_as: 'result',
  });
  expect(rest).toMatchObject({
    kind: 'integration_action',
    attempt: 1,
    workflowId: ref.workflowId,
    enrollmentId: ref.id,
  });
});

test.each([
  [
    'agents',
    'agent',
    { agent_id: 9, input: { to: '{{ email }}' }, save_as: 'opening' },
    { input: { to: 'c0@example.com' } },
  ],
  ['agents', 'score_lead', { agent_id: 9, save_as: 'score' }, { lead: { email: 'c0@example.com' } }],
  ['integrations', 'alert', { channel: '#sales', message: '{{ email }} came' }, { message: 'c0@example.com came' }],
] as const)(
  'the service of %s performs %s with the rendered request, and its output is in the data',
  async (...row) => {
    const [service, type, config, rendered] = row;
    const id = `${type}_of_kind`;
    const { id: workflowId } = await makeWorkflow(harness, [{ type, id, ...config }]);
    const { enrollmentIds } = await harness.enrollments().bulkEnroll({ workflowId, contacts: contacts(1) });
    const enrollment = await eventually(async () => {
      const answer = await harness.enrollments().getEnrollment({ workflowId, id: enrollmentIds[0] ?? 0n });
      expect(answer.enrollment).toMatchObject(completed);
      return answer.enrollment;
    });
    const [asking, others] = service === 'agents' ? [other, performer] : [performer, other];
    expect(others.asked(id)).toEqual([]);
    const [asked, ...more] = asking.asked(id);
    expect(more).toEqual([]);
    expect(asked).toMatchObject({ kind: type, attempt: 1, workflowId, stepId: id });
    expect(JSON.parse(Buffer.from(asked?.request ?? []).toString())).toMatchObject(rendered);
    const saved = 'save_as' in config ? { [config.save_as]: { key: asked?.key } } : {};
    expect(parsed(enrollment?.data)).toMatchObject(saved);
  },
);

test('one that is accepted parks the run until it is settled by its key', async () => {
  const { until: reach, key } = await enroll('later');
  const waiting = await reach({ ...takenOn, currentStepIndex: 0 });
  const [until = 0, parked = 0] = [waiting.nextRunAt, waiting.updatedAt].map((at) => Number(at?.seconds) * 1_000);
  expect(until - parked).toBeGreaterThan(acceptedMs / 2);
  performer.finish(await key());
  expect(await performer.settle(await key())).toBe(true);
  expect(messagesOf(await reach(completed))).toEqual(['Taken on', 'Performed', `done with ${await key()}`]);
  expect(await performer.settle(await key())).toBe(false);
  expect(performer.done(await key())).toBe(1);
});

test('one that is settled before its acceptance was stored goes on, once', async () => {
  const { until, key } = await enroll('early');
  expect(messagesOf(await until(completed)).at(-1)).toBe(`done with ${await key()}`);
  expect(performer.done(await key())).toBe(1);
});

test('a failure that is reported early is not hidden by the acceptance', async () => {
  const { until, key } = await enroll('later', { retry: { max_attempts: 1 } });
  performer.finish(
    await key(),
    create(EffectResultSchema, { outcome: { case: 'failed', value: { error: 'no such board', retryable: false } } }),
  );
  expect(await performer.settle(await key())).toBe(true);
  await until({ status: EnrollmentStatus.FAILED, lastError: 'no such board' });
});

test('one that is never settled is asked for once at its end, and then on_error decides', async () => {
  const { until, key } = await enroll('later', { on_error: 'continue' });
  await until(takenOn);
  await pass(acceptedMs + 60_000);
  expect(messagesOf(await until(completed))).toEqual([
    'Taken on',
    'Failed: the service of integrations reported no result in time',
    'done with ',
  ]);
  performer.finish(await key());
  expect(await performer.settle(await key())).toBe(false);
});

test('a result whose report was lost is found when it is asked for', async () => {
  const { until, key } = await enroll('later');
  await until(takenOn);
  performer.finish(await key());
  await pass(acceptedMs + 60_000);
  expect(messagesOf(await until(completed))).toEqual(['Taken on', 'Performed', `done with ${await key()}`]);
});

test('a failure that may pass is tried again, and a late report of the first attempt settles nothing', async () => {
  const { until, asked, key } = await enroll('later', { retry: { max_attempts: 2, backoff_seconds: 60 } });
  await until(takenOn);
  const busy = { error: 'busy', retryable: true };
  performer.finish(await key(), create(EffectResultSchema, { outcome: { case: 'failed', value: busy } }));
  expect(await performer.settle(await key())).toBe(true);
  await until({ lastError: 'busy' });
  expect(await performer.settle(await key())).toBe(false);
  await pass(120_000);
  await asked(2);
  await eventually(async () => {
    performer.finish(await key());
    expect(await performer.settle(await key())).toBe(true);
  });
  expect(messagesOf(await until(completed)).at(-1)).toBe(`done with ${await key()}`);
});

test('one that is put off waits without an attempt, says which rule it is, and is asked for again', async () => {
  const { until, read, asked } = await enroll('postpone', { retry: { max_attempts: 1 } });
  const waiting = await until({ isWaiting: true, heldBy: { rule: 'provider_limit' } });
  expect(messagesOf(waiting)[0]).toMatch(/^Held until .*: the provider asks to wait$/);
  expect(performer.done((await asked()).key)).toBe(0);
  await pass(acceptedMs + 60_000);
  expect(messagesOf(await until(completed)).slice(-2)).toEqual(['Performed', `done with ${(await asked()).key}`]);
  expect((await read()).actionTimeline.map(({ attempt }) => attempt).slice(0, 2)).toEqual([1, 1]);
  expect((await asked()).attempt).toBe(1);
});

test('what was taken on cannot be put off when it is settled', async () => {
  const { until, key } = await enroll('later');
  await until(takenOn);
  const value = { reason: 'later', rule: 'x' };
  performer.finish(await key(), create(EffectResultSchema, { outcome: { case: 'postponed', value } }));
  expect(await refusal(performer.settle(await key()))).toBe('invalid invalid_result');
  performer.finish(await key());
  expect(await performer.settle(await key())).toBe(true);
  await until(completed);
});

test('another organization, another service and a person settle nothing, and learn nothing', async () => {
  const { until, key } = await enroll('later');
  await until(takenOn);
  performer.finish(await key());
  const unknown = 'not_found effect_not_found';
  expect(await refusal(performer.settle(await key(), { organizationId: 2n }))).toBe(unknown);
  expect(await refusal(performer.settle(await key(), { actor: { type: 'service', id: serviceOf('crm') } }))).toBe(
    unknown,
  );
  expect(await refusal(performer.settle(await key(), { actor: editor.actor }))).toBe(unknown);
  expect(await performer.settle(await key())).toBe(true);
  await until(completed);
});

test('a result that is none is refused, and the effect waits on', async () => {
  const { until, key } = await enroll('later');
  await until(takenOn);
  for (const output of ['[]', '{"a":"\\u0000"}', `{"a":"${'x'.repeat(300_000)}"}`, 'nonsense']) {
    const value = { message: 'x', output: Buffer.from(output) };
    performer.finish(await key(), create(EffectResultSchema, { outcome: { case: 'succeeded', value } }));
    expect(await refusal(performer.settle(await key()))).toBe('invalid invalid_result');
  }
  performer.finish(await key());
  expect(await performer.settle(await key())).toBe(true);
  await until(completed);
});

test('what is settled while the enrollment is paused counts when it is resumed; of a removed one it counts nothing', async () => {
  const paused = await enroll('later');
  await paused.until(takenOn);
  await harness.enrollments().pauseEnrollment(paused.ref);
  performer.finish(await paused.key());
  expect(await performer.settle(await paused.key())).toBe(true);
  await harness.enrollments().resumeEnrollment(paused.ref);
  await paused.until(completed);

  const removed = await enroll('later');
  await removed.until(takenOn);
  await harness.enrollments().deleteEnrollment(removed.ref);
  performer.finish(await removed.key());
  expect(await performer.settle(await removed.key())).toBe(false);
});

test('an installation without the service says so, and on_error decides; a test enrollment needs none', async () => {
  const steps: StepInput[] = [
    { type: 'agent', agent_id: 9, on_error: 'continue' },
    { type: 'score_lead', agent_id: 9 },
  ];
  const { id: workflowId } = await makeWorkflow(harness, steps);
  const shown = async (caller: typeof editor) => {
    const calls = harness.enrollments(caller);
    const { enrollmentIds } = await calls.bulkEnroll({ workflowId, contacts: contacts(1) });
    return eventually(async () => {
      const { enrollment } = await calls.getEnrollment({ workflowId, id: enrollmentIds[0] ?? 0n });
      expect(enrollment?.completedAt).toBeDefined();
      return enrollment?.actionTimeline.map(({ message }) => message);
    });
  };
  const reason = 'Failed: needs the service of agents, which this installation does not run';
  const { agents } = performers;
  delete performers.agents;
  expect(await shown(editor)).toEqual([reason, reason]);
  expect(await shown(tester)).toEqual(['[test] Would run agent 9', '[test] Would score by agent 9']);
  Object.assign(performers, { agents });
});

test('a rule that holds a step back is shown in list, detail and line, for as long as it does', async () => {
  const { ref, until } = await enroll('later');
  await until(takenOn);
  // Sending rules hold only mails, but the stored rule is shown for every step.
  const lostTo = { workflowId: '3', enrollmentId: '4' };
  const held = JSON.stringify({ rule: 'quiet_hours', until: Date.parse('2030-01-01T08:00:00Z'), lostTo });
  await sql`update timeline set held = ${held}::json where enrollment_id = ${ref.id}`.execute(harness.db);
  const heldBy = {
    rule: 'quiet_hours',
    until: { seconds: 1_893_484_800n },
    lostTo: { workflowId: 3n, enrollmentId: 4n },
  };
  const { enrollment } = await harness.enrollments().getEnrollment(ref);
  expect(enrollment).toMatchObject({ isWaiting: true, heldBy, actionTimeline: [{ heldBy }] });
  const { enrollments } = await harness.enrollments().listEnrollments({ workflowId: ref.workflowId });
  expect(enrollments).toMatchObject([{ heldBy }]);
  const paused = await harness.enrollments().pauseEnrollment(ref);
  expect(paused.enrollment?.heldBy).toBeUndefined();
});

/** Enrolls a contact in a workflow of one step. */
async function enrollOne(step: StepInput, email = 'c0@example.com') {
  lastStep += 1;
  const id = `call${lastStep}`;
  const { id: workflowId } = await makeWorkflow(harness, [{ ...step, id }]);
  const calls = harness.enrollments();
  const { enrollmentIds } = await calls.bulkEnroll({
    workflowId,
    contacts: Buffer.from(JSON.stringify([{ email, first_name: 'Ada' }])),
  });
  const ended = () =>
    eventually(async () => {
      const { enrollment } = await calls.getEnrollment({ workflowId, id: enrollmentIds[0] ?? 0n });
      expect(enrollment?.completedAt).toBeDefined();
      return enrollment;
    });
  return { id, ended };
}

const mailStep = {
  type: 'email',
  integration_id: 'sg',
  subject: 'Welcome, {{ first_name }}',
  body: '<p>Hello {{ first_name }}</p>',
  from: 'Sales <sales@example.org>',
  category: 'news',
};

const mailers = [
  ['sg', 'sendgrid'],
  ['gmail', 'google_workspace'],
  ['outlook', 'microsoft365'],
] as const;

test.each(mailers)(
  'a mail by %s is composed here, with the headers of an unsubscribe, and counts as sent',
  async (name, integration) => {
    const { id, ended } = await enrollOne({ ...mailStep, integration_id: name });
    const enrollment = await ended();
    expect(enrollment?.actionTimeline.map(({ message }) => message)).toEqual([
      `Sent to c0@example.com by ${integration}: "Welcome, Ada"`,
    ]);
    expect(enrollment?.deliveries).toMatchObject([{ integrationId: name, to: 'c0@example.com' }]);
    const [{ kind, key, request } = { kind: '', key: '', request: Buffer.from('{}') }] = performer.asked(id);
    const asked = JSON.parse(Buffer.from(request).toString());
    expect({ kind, ...asked }).toMatchObject({
      kind: 'email',
      integration_id: integration,
      connection_key: 'default',
      to: 'c0@example.com',
      from: 'sales@example.org',
      from_name: 'Sales',
      subject: 'Welcome, Ada',
      text: expect.stringMatching(/^Hello Ada\n\n-- \nUnsubscribe: http/),
      category: 'news',
      headers: {
        'Auto-Submitted': 'auto-generated',
        'List-Unsubscribe': expect.stringMatching(/^<http/),
        'List-Unsubscribe-Post': 'List-Unsubscribe=One-Click',
      },
      message_id: expect.stringMatching(/^<.+@.+>$/),
    });
    expect(asked.html).toContain('<p>Hello Ada</p>');
    expect(performer.done(key)).toBe(1);
  },
);

test.each(mailers.map(([name]) => name))('a suppressed address gets no mail by %s either', async (name) => {
  const email = `gone.${name}@example.com`;
  await harness.suppressions(editor).createSuppression({ email, reason: 1 });
  const { id, ended } = await enrollOne({ ...mailStep, integration_id: name }, email);
  expect((await ended())?.actionTimeline[0]?.message).toMatch(/^Skipped: gone.* is suppressed/);
  expect(performer.asked(id)).toEqual([]);
});

test.each(mailers.map(([name]) => name))(
  'an action of %s that writes to a person asks suppressions and rules as a mail does',
  async (name) => {
    const email = `no.${name}@example.com`;
    await harness.suppressions(editor).createSuppression({ email, reason: 1 });
    const payload = { to: '{{ email }}', subject: 'Hi', text: 'Hello' };
    const step = { type: 'integration_action', integration_id: name, action: 'send_email', payload };
    const { id, ended } = await enrollOne(step, email);
    expect((await ended())?.actionTimeline[0]?.message).toMatch(/^Skipped: no.* is suppressed/);
    expect(performer.asked(id)).toEqual([]);

    const several = await enrollOne({ ...step, payload: { ...payload, cc: ['other@example.com'] } });
    expect((await several.ended())?.lastError).toMatch(/^it would reach 2 people/);
    expect(performer.asked(several.id)).toEqual([]);
  },
);

const event = { title: 'Demo', start: '2026-12-01T09:00:00', end: '2026-12-01T09:30:00', time_zone: 'Europe/Berlin' };

test.each([
  ['microsoft365', 'reply_to_email', { message_id: 'AAMk1', comment: 'Thank you' }],
  ['microsoft365', 'create_event', { ...event, attendees: ['rep@example.org', '{{ email }}'] }],
  ['google_workspace', 'create_event', { ...event, attendees: ['{{ email }}', 'rep@example.org'], notify: 'all' }],
  ['zoom', 'add_webinar_registrant', { webinar_id: '98765432101', email: '{{ email }}', first_name: 'Ada' }],
  ['zendesk', 'add_comment', { ticket_id: 1, body: 'Hello', public: true }],
  ['gong', 'assign_prospects_to_flow', { flow_id: '1', crm_prospect_ids: ['003'], owner_email: 'rep@example.org' }],
])('%s %s reaches nobody who is suppressed, and the others', async (integration_id, action, payload) => {
  const step = { type: 'integration_action', integration_id, action, payload };
  const name = `${integration_id}.${action}`;
  await harness.suppressions(editor).createSuppression({ email: `${name}@example.com`, reason: 2 });
  const suppressed = await enrollOne(step, `${name}@example.com`);
  expect((await suppressed.ended())?.actionTimeline[0]?.message).toMatch(/^Skipped: .* is suppressed/);
  expect(performer.asked(suppressed.id)).toEqual([]);
  const other = await enrollOne(step, `free.${name}@example.com`);
  expect((await other.ended())?.actionTimeline[0]?.message).not.toMatch(/^Skipped/);
  expect(performer.asked(other.id)).toHaveLength(1);
});

test.each([
  ['google_workspace', 'create_event', { ...event, attendees: ['{{ email }}'] }],
  ['microsoft365', 'create_event', event],
  ['zendesk', 'add_comment', { ticket_id: 1, body: 'Hello' }],
])('%s %s that tells nobody asks nobody', async (integration_id, action, payload) => {
  const email = `silent.${integration_id}@example.com`;
  await harness.suppressions(editor).createSuppression({ email, reason: 2 });
  const { id, ended } = await enrollOne({ type: 'integration_action', integration_id, action, payload }, email);
  await ended();
  expect(performer.asked(id)).toHaveLength(1);
});

test('an invitation to several people is skipped for the suppression of any of them', async () => {
  await harness.suppressions(editor).createSuppression({ email: 'never@example.org', reason: 2 });
  const payload = { ...event, attendees: ['{{ email }}', 'never@example.org'] };
  const step = { type: 'integration_action', integration_id: 'microsoft365', action: 'create_event', payload };
  const { id, ended } = await enrollOne(step, 'invited@example.com');
  expect((await ended())?.actionTimeline[0]?.message).toBe('Skipped: never@example.org is suppressed (bounce)');
  expect(performer.asked(id)).toEqual([]);
});

test("a step of the CRM goes to a provider's CRM by its connection, and its record is in the data", async () => {
  const { id, ended } = await enrollOne({
    type: 'crm_create_lead',
    integration_id: 'hs',
    connection_key: 'eu',
    email: '{{ email }}',
    first_name: '{{ first_name }}',
  });
  const enrollment = await ended();
  const [{ kind, key, request } = { kind: '', key: '', request: Buffer.from('{}') }] = performer.asked(id);
  expect(kind).toBe('crm_create_lead');
  expect(JSON.parse(Buffer.from(request).toString())).toEqual({
    integration_id: 'hubspot',
    integration_name: 'hs',
    connection_key: 'eu',
    fields: { email: 'c0@example.com', first_name: 'Ada' },
  });
  expect(enrollment?.actionTimeline[0]?.output).toBeDefined();
  expect(JSON.parse(Buffer.from(enrollment?.actionTimeline[0]?.output ?? []).toString())).toEqual({ lead: { key } });
});

let lastOrganization = 500n;

test.each(mailers.map(([name]) => name))(
  'a cap of one mail a day counts mails by %s, and holds the next one',
  async (name) => {
    lastOrganization += 1n;
    const caller = { ...editor, organizationId: lastOrganization };
    await harness.rules({ ...caller, role: 'admin' }).updateSendingRules({
      caps: [{ id: 'daily', limit: 1, per: days(1), window: CapWindow.ROLLING }],
      updateMask: { paths: ['caps'] },
    });
    const calls = harness.enrollments(caller);
    const enroll = async () => {
      const steps = [{ ...mailStep, id: `cap${name}`, integration_id: name }];
      const { id: workflowId } = await makeWorkflow(harness, steps, { organizationId: lastOrganization });
      const { enrollmentIds } = await calls.bulkEnroll({ workflowId, contacts: contacts(1) });
      return async (message: RegExp) => {
        await eventually(async () => {
          const { enrollment } = await calls.getEnrollment({ workflowId, id: enrollmentIds[0] ?? 0n });
          expect(enrollment?.actionTimeline.at(-1)?.message).toMatch(message);
        });
      };
    };
    await (await enroll())(/^Sent to c0@example.com/);
    await (await enroll())(/^Held until .*: 1 mail per day/);
    const asked = performer.asked(`cap${name}`);
    expect(new Set(asked.map(({ key }) => key)).size).toBe(1);
  },
);
