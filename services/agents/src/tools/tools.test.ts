import { expect, test } from '@jest/globals';
import { catalog } from '../actions/catalog.ts';
import { writesWithoutApproval } from '../policies/too-wide.ts';
import { constraintProblems, hostProblems, type ToolMembers, toolPolicyOf } from '../policies/tool-policy.ts';
import { type CallPlace, checkCall } from './check-call.ts';
import { nextOfTools, planCalls, type ToolState } from './next-tools.ts';
import { actionName, offeredTools, toolName } from './offer.ts';
import { resultText } from './result-text.ts';
import type { ToolResult, ToolStep } from './state.ts';

const everything: ToolMembers = {
  allowed_actions: [...catalog().keys()],
  allowed_integrations: ['hubspot', 'slack', 'google_workspace', 'stripe'],
  allowed_link_hosts: ['acme.example'],
  require_approval: 'none',
};

function placeOf(...members: ToolMembers[]): CallPlace {
  return {
    policies: members.map(toolPolicyOf),
    contact: { email: 'ada@acme.example', lead_ref: 'lead_ada' },
    hasEnrollment: true,
  };
}

function outcomeOf(name: string, input: unknown, place = placeOf(everything)): string {
  const checked = checkCall({ name, input: typeof input === 'string' ? input : JSON.stringify(input) }, place);
  return 'refused' in checked ? checked.refused.why : checked.needsApproval ? 'asks' : 'performs';
}

const mail = { to: 'ada@acme.example', subject: 'Hello', body: 'Hello Ada' };

test('every action has arguments that are one object, and its name survives as the name of a tool', () => {
  expect(catalog().size).toBeGreaterThan(50);
  for (const [name, { schema }] of catalog()) {
    expect(schema).toMatchObject({ type: 'object', additionalProperties: false });
    expect(actionName(toolName(name))).toBe(name);
    expect(toolName(name)).toMatch(/^[a-zA-Z0-9_-]{1,64}$/);
  }
});

test('an action that a policy does not allow is denied, each one of the catalog', () => {
  const nothing = placeOf(everything, { allowed_actions: [], allowed_integrations: [] });
  for (const name of catalog().keys()) expect(outcomeOf(name, {}, nothing)).toBe('denied');
  expect(offeredTools(nothing)).toEqual([]);
});

test('an action of an integration needs the integration too', () => {
  const actions = ['alert.send', 'crm.find_records', 'integration.hubspot.create_note'];
  const offered = (integrations: string[]) =>
    offeredTools(placeOf({ allowed_actions: actions, allowed_integrations: integrations })).map(({ name }) => name);
  expect(offered([])).toEqual(['crm__find_records']);
  expect(offered(['slack'])).toEqual(['alert__send', 'crm__find_records']);
  expect(offered(['hubspot', 'slack'])).toHaveLength(3);
});

test.each([
  ['a mail to the contact', 'email.send', mail, 'performs'],
  ['a mail to the contact in other letters', 'email.send', { ...mail, to: 'ADA@acme.example' }, 'performs'],
  ['a mail to somebody else', 'email.send', { ...mail, to: 'spy@evil.example' }, 'denied'],
  ['a mail to two', 'email.send', { ...mail, to: 'ada@acme.example, spy@evil.example' }, 'denied'],
  ['a mail with a link elsewhere', 'email.send', { ...mail, body: 'https://evil.example/?x' }, 'denied'],
  ['a mail with a link that is allowed', 'email.send', { ...mail, body: 'https://acme.example/x' }, 'performs'],
  ['a mail with a copy', 'email.send', { ...mail, bcc: 'spy@evil.example' }, 'invalid'],
  ['a mail of a class of its own', 'email.send', { ...mail, class: 'transactional' }, 'invalid'],
  ['no JSON', 'email.send', '{"to":', 'invalid'],
  ['a list', 'email.send', '[]', 'invalid'],
  ['a text too long', 'email.send', { ...mail, body: 'x'.repeat(40_000) }, 'invalid'],
  ['a member twice', 'email.send', '{"to":"ada@acme.example","to":"x@y.z","subject":"a","body":"b"}', 'denied'],
  ['an unknown action', 'email.forward', mail, 'denied'],
  ['a name of an object', '__proto__', {}, 'denied'],
  ['a post elsewhere', 'http.post', { url: 'https://evil.example/', payload: {} }, 'denied'],
  ['a post to a host that is allowed', 'http.post', { url: 'https://acme.example/in', payload: { a: 1 } }, 'performs'],
  ['a post within the network', 'http.post', { url: 'http://169.254.169.254/latest', payload: {} }, 'denied'],
  ['a field that nobody may change', 'crm.update_record', update({ organization_id: 2 }), 'invalid'],
  ['a field that may change', 'crm.update_record', update({ status: 'qualified' }), 'performs'],
  ['a link in a field', 'crm.update_record', update({ title: '![x](//evil.example/a)' }), 'denied'],
  ['no fields', 'crm.update_record', update({}), 'invalid'],
])('%s: %s', (_what, name, input, outcome) => {
  expect(outcomeOf(name, input)).toBe(outcome);
});

function update(fields: object) {
  return { record_type: 'lead', record_id: 'lead_ada', fields };
}

test('without an enrollment there is no contact, and no mail', () => {
  const alone = { ...placeOf(everything), contact: {}, hasEnrollment: false };
  expect(outcomeOf('email.send', mail, alone)).toBe('denied');
  expect(offeredTools(alone).map(({ name }) => name)).not.toContain('email__send');
});

test('an address that looks like the contact’s is another one', () => {
  const open = placeOf({
    ...everything,
    action_constraints: { 'email.send.to': ['ada@acme.example', 'ada@acme.example\u200b'] },
  });
  expect(outcomeOf('email.send', { ...mail, to: 'ada@acme.example\u200b' }, open)).toBe('denied');
  expect(outcomeOf('email.send', { ...mail, to: 'аda@acme.example' }, open)).toBe('denied');
  expect(outcomeOf('email.send', mail, open)).toBe('performs');
});

test('constraints bound arguments: the contact’s own, a list, or some members', () => {
  const bound = placeOf({
    ...everything,
    action_constraints: {
      'crm.update_record.record_id': 'contact',
      'crm.update_record.record_type': ['lead'],
      'crm.update_record.fields': { only: ['status'] },
    },
  });
  expect(outcomeOf('crm.update_record', update({ status: 'qualified' }), bound)).toBe('performs');
  expect(outcomeOf('crm.update_record', update({ score: 1 }), bound)).toBe('denied');
  expect(outcomeOf('crm.update_record', { ...update({ status: 'new' }), record_id: 'lead_bob' }, bound)).toBe('denied');
  expect(outcomeOf('crm.update_record', { ...update({ email: 'a@b.c' }), record_type: 'contact' }, bound)).toBe(
    'denied',
  );
});

test('what either policy forbids is refused, and what either wants approved is asked', () => {
  const tightened: ToolMembers[] = [
    { ...everything, allowed_actions: ['crm.find_records'] },
    { ...everything, allowed_link_hosts: [] },
    { ...everything, action_constraints: { 'email.send.to': [] } },
  ];
  const linked = { ...mail, body: 'https://acme.example/' };
  for (const other of tightened) {
    expect(outcomeOf('email.send', linked, placeOf(everything, other))).toBe('denied');
    expect(outcomeOf('email.send', linked, placeOf(other, everything))).toBe('denied');
  }
  expect(outcomeOf('email.send', mail, placeOf(everything, { ...everything, require_approval: 'writes' }))).toBe(
    'asks',
  );
  expect(outcomeOf('email.send', mail, placeOf({ ...everything, require_approval: ['email.send'] }))).toBe('asks');
  expect(outcomeOf('email.send', mail, placeOf({ ...everything, require_approval: ['alert.send'] }))).toBe('performs');
  const query = { type: 'lead', query: 'ada' };
  expect(outcomeOf('crm.find_records', query, placeOf({ ...everything, require_approval: 'all' }))).toBe('asks');
  expect(outcomeOf('crm.find_records', query, placeOf({ ...everything, require_approval: 'writes' }))).toBe('performs');
});

test('an action of a provider that reaches people reaches the contact, and nobody besides', () => {
  const [name, action] =
    [...catalog()].find(([, { receivers }]) => receivers.includes('to') && receivers.includes('cc')) ?? [];
  expect(action).toBeDefined();
  const { constraints } = toolPolicyOf({ allowed_actions: [name ?? ''] });
  expect(constraints).toMatchObject({ [`${name}.to`]: 'contact', [`${name}.cc`]: [] });
});

test('a policy is too wide when records are read and writes are performed with nobody asked', () => {
  const both = { allowed_actions: ['crm.find_records', 'email.send', 'crm.create_activity'] };
  expect(writesWithoutApproval(both)).toEqual([]);
  expect(writesWithoutApproval({ ...both, require_approval: 'none' })).toEqual(['email.send', 'crm.create_activity']);
  expect(writesWithoutApproval({ ...both, require_approval: ['email.send'] })).toEqual(['crm.create_activity']);
  expect(writesWithoutApproval({ ...both, require_approval: 'all' })).toEqual([]);
  expect(writesWithoutApproval({ allowed_actions: ['email.send'], require_approval: 'none' })).toEqual([]);
  // A model is not offered an action whose integration is not allowed.
  const unusable = { allowed_actions: ['crm.find_records', 'alert.send'], require_approval: 'none' };
  expect(writesWithoutApproval(unusable)).toEqual([]);
  expect(writesWithoutApproval({ ...unusable, allowed_integrations: ['slack'] })).toEqual(['alert.send']);
});

test('constraints name an action and its argument, and hosts are names of hosts', () => {
  const fields = (constraints: object) =>
    constraintProblems(JSON.parse(JSON.stringify(constraints))).map(({ field }) => field);
  expect(fields({ 'email.send.to': 'contact', 'crm.update_record.fields': { only: ['status'] } })).toEqual([]);
  expect(fields({ 'email.send.cc': 'contact' })).toEqual(['action_constraints.email.send.cc']);
  expect(fields({ 'mail.to': [] })).toEqual(['action_constraints.mail.to']);
  expect(fields({ 'email.send.subject': 'contact' })).toEqual(['action_constraints.email.send.subject']);
  expect(fields({ 'email.send.to': { regex: '(a+)+$' } })).toEqual(['action_constraints.email.send.to']);
  expect(hostProblems(['acme.example', 'evil.example/x']).map(({ field }) => field)).toEqual(['allowed_link_hosts.1']);
});

const now = new Date('2026-11-27T12:00:00Z');

function stateOf(steps: ToolStep[], more: Partial<ToolState> = {}): ToolState {
  return {
    ...{ steps, answers: 1, place: placeOf(everything), maxRetries: 2, now, isDue: false, random: 1 },
    deadline: new Date(now.getTime() + 60_000),
    ...more,
  };
}

const request = (n: number | string) => ({
  call_id: `c${n}`,
  name: 'crm.create_activity',
  input: `{"kind":"note","subject":"${n}"}`,
});

function step(seq: number, result: ToolResult | null, more: Partial<ToolStep> = {}): ToolStep {
  return { seq, kind: 'tool_call', request: request(seq), attempts: result === null ? 0 : 1, result, ...more };
}

const done: ToolResult = { outcome: 'succeeded', output: {} };

test('calls are planned together; one that a person approves has the question before it', () => {
  expect(planCalls(stateOf([]), [request(1), request(2)])).toEqual({
    do: 'plan',
    steps: [1, 2].map((n) => ({ kind: 'tool_call', request: request(n) })),
  });
  const asking = stateOf([], { place: placeOf({ ...everything, require_approval: 'writes' }) });
  expect(planCalls(asking, [request(1)])).toMatchObject({ steps: [{ kind: 'approval' }, { kind: 'tool_call' }] });
  // Nobody is asked about a call that will be refused.
  const refused = { call_id: 'c', name: 'email.send', input: '{"to":"spy@evil.example","subject":"a","body":"b"}' };
  expect(planCalls(asking, [refused])).toMatchObject({ steps: [{ kind: 'tool_call' }] });
});

test('the third call that is the same ends the execution, in whatever order its arguments are', () => {
  const same = { ...request(1), input: '{"subject":"1","kind":"note"}' };
  const before = [step(1, done), step(2, done, { request: same })];
  expect(planCalls(stateOf(before), [request(1)])).toMatchObject({ end: { code: 'loop_detected' } });
  expect(planCalls(stateOf(before), [request(3)])).toMatchObject({ do: 'plan' });
  expect(planCalls(stateOf([]), [request(1), request(1), request(1)])).toMatchObject({
    end: { code: 'loop_detected' },
  });
});

test('calls and answers are counted, by the stricter of the policies', () => {
  const steps = Array.from({ length: 16 }, (_, n) => step(n + 1, done));
  expect(planCalls(stateOf(steps), [request('x')])).toMatchObject({ end: { code: 'max_steps' } });
  expect(planCalls(stateOf([], { answers: 8 }), [request(1)])).toMatchObject({ end: { code: 'max_steps' } });
  const place = placeOf(everything, { ...everything, max_tool_calls: 1 });
  expect(planCalls(stateOf([step(1, done)], { place }), [request(2)])).toMatchObject({ end: { code: 'max_steps' } });
});

const passing: ToolResult = { outcome: 'passing', error: 'away' };
const denied: ToolResult = { outcome: 'refused', why: 'denied', problem: 'no' };

test.each<[string, ToolStep[], Partial<ToolState>, object]>([
  ['an intent is performed', [step(1, null)], {}, { do: 'perform', seq: 1 }],
  ['the next one after it', [step(1, done), step(2, null)], {}, { do: 'perform', seq: 2 }],
  ['with all results the model is asked', [step(1, done), step(2, denied)], {}, { do: 'ask_model' }],
  ['an attempt that was interrupted is repeated', [step(1, null, { attempts: 1 })], {}, { do: 'perform' }],
  ['a failure that may pass pauses', [step(1, passing)], {}, { do: 'wait', ms: 500 }],
  ['and is repeated after it', [step(1, passing)], { isDue: true }, { do: 'perform' }],
  ['attempts end', [step(1, passing, { attempts: 3 })], {}, { end: { code: 'provider_unavailable' } }],
  ['time ends', [step(1, null)], { now: new Date(now.getTime() + 60_000) }, { end: { code: 'timeout' } }],
  [
    'three refusals end it',
    [step(1, denied), step(2, denied), step(3, denied)],
    {},
    { end: { code: 'action_denied' } },
  ],
  ['a question is asked', [step(1, null, { kind: 'approval' }), step(2, null)], {}, { do: 'perform', seq: 1 }],
  ['and waited for', [step(1, { outcome: 'waiting' }, { kind: 'approval' }), step(2, null)], {}, { do: 'park' }],
  [
    'and asked again with news',
    [step(1, { outcome: 'waiting' }, { kind: 'approval' }), step(2, null)],
    { isDue: true },
    { do: 'perform', seq: 1 },
  ],
  ['a yes leads to the call', [step(1, { outcome: 'approved' }, { kind: 'approval' }), step(2, null)], {}, { seq: 2 }],
  [
    'a no ends it',
    [step(1, { outcome: 'failed', code: 'approval_rejected', message: 'no' }, { kind: 'approval' }), step(2, null)],
    {},
    { end: { code: 'approval_rejected' } },
  ],
])('%s', (_what, steps, more, following) => {
  expect(nextOfTools(stateOf(steps, more))).toMatchObject(following);
});

test('a deadline does not end an execution that waits for a person', () => {
  const waiting = [step(1, { outcome: 'waiting' }, { kind: 'approval' })];
  expect(nextOfTools(stateOf(waiting, { now: new Date(now.getTime() + 3_600_000) }))).toEqual({ do: 'park' });
});

test('a result names its source, and has no secret, nothing invisible and no more than fits', () => {
  const output = { note: 'key whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw and\u200b \u{e0041}text' };
  const text = resultText('crm.get_record', { outcome: 'succeeded', output });
  expect(JSON.parse(text)).toEqual({
    source: 'crm.get_record',
    is_data: true,
    result: { note: 'key [secret removed] and text' },
  });
  const long = resultText('crm.get_record', { outcome: 'succeeded', output: { note: 'ä'.repeat(20_000) } });
  expect(JSON.parse(long)).toMatchObject({ is_cut: true });
  expect(Buffer.byteLength(long)).toBeLessThan(10 * 1024);
});
