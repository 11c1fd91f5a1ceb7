import { create } from '@bufbuild/protobuf';
import { type JsonObject, parseJson, stringifyJson } from '@drippulse/json';
import { ApprovalSchema, ApprovalStatus } from '@drippulse/proto/drippulse/journeys/v1/approvals_pb';
import { expect, test } from '@jest/globals';
import { toolPolicyOf } from '../policies/tool-policy.ts';
import { type CheckedCall, checkCall } from '../tools/check-call.ts';
import { previewOf } from './preview.ts';
import { readDecision } from './read-decision.ts';

const site = { executionKey: '0199d3b2-4a57-7c3e-8f35-0c6f4f2c9d11', executionId: 7n, agentId: 3n, seq: 4 };
const mail = { to: 'ada@acme.example', subject: 'Hello', body: 'Hello Ada' };
const place = {
  policies: [
    toolPolicyOf({
      allowed_actions: ['email.send', 'crm.create_lead', 'crm.update_record', 'integration.hubspot.create_note'],
      allowed_integrations: ['hubspot'],
    }),
  ],
  contact: { email: 'ada@acme.example' },
  hasEnrollment: true,
};

function checked(name: string, input: object): CheckedCall {
  const call = checkCall({ name, input: JSON.stringify(input) }, place);
  if ('refused' in call) throw new Error(call.refused.problem);
  return call;
}

const shown = previewOf(checked('email.send', mail), site);

/** Returns the approval as the runtime stores it, parsed and serialized again. */
function approved(preview: JsonObject, more: object = {}) {
  const kept = Buffer.from(stringifyJson(parseJson(stringifyJson(preview))));
  return create(ApprovalSchema, { status: ApprovalStatus.APPROVED, preview: kept, ...more });
}

test('a yes is to the call that was shown', () => {
  expect(readDecision(approved(shown), shown)).toEqual({ kind: 'approved', edited: undefined });
});

test.each<[string, JsonObject]>([
  ['another receiver', previewOf(checked('email.send', { ...mail, to: 'ADA@acme.example' }), site)],
  ['another body', previewOf(checked('email.send', { ...mail, body: 'Hello Bob' }), site)],
  ['a character that nobody sees', previewOf(checked('email.send', { ...mail, body: 'Hello\u200b Ada' }), site)],
  [
    'what the escape of one looks like',
    previewOf(checked('email.send', { ...mail, body: 'Hello\\u{200b} Ada' }), site),
  ],
  ['another action', previewOf(checked('crm.create_lead', { email: mail.to }), site)],
  ['another step of the execution', previewOf(checked('email.send', mail), { ...site, seq: 6 })],
  ['another execution', previewOf(checked('email.send', mail), { ...site, executionKey: 'other' })],
  ['another agent', previewOf(checked('email.send', mail), { ...site, agentId: 4n })],
  ['another connection', { ...shown, connection: 'hubspot/default' }],
  ['arguments of which it shows others', { ...shown, arguments: { ...mail, subject: 'Bye' } }],
  ['one member more', { ...shown, extra: 1 }],
])('and to nothing else: %s', (_what, done) => {
  expect(readDecision(approved(shown), done)).toMatchObject({ kind: 'refused', code: 'action_denied' });
});

test('characters that nobody sees are shown as escapes, also in names', () => {
  const { arguments: given } = previewOf(checked('email.send', { ...mail, subject: 'a\u202eb' }), site);
  expect(given).toMatchObject({ subject: 'a\\u{202e}b' });
});

test('numbers are the same whether they are shown as numbers or, with many digits, as texts', () => {
  const fields = { amount_cents: 1234567890123456, name: 'x' };
  const own = previewOf(checked('crm.update_record', { record_type: 'opportunity', record_id: 'opp_1', fields }), site);
  const kept = {
    ...own,
    arguments: {
      record_type: 'opportunity',
      record_id: 'opp_1',
      fields: { ...fields, amount_cents: '1234567890123456' },
    },
  };
  expect(readDecision(approved(kept), own)).toMatchObject({ kind: 'approved' });
});

test('edited arguments count when they have a binding of their own', () => {
  const editedArguments = Buffer.from('{"to":"ada@acme.example","subject":"Bye","body":"x"}');
  const edited = approved(shown, { editedArguments, editedBinding: 'ab' });
  expect(readDecision(edited, shown)).toEqual({ kind: 'approved', edited: editedArguments.toString() });
  expect(readDecision(approved(shown, { editedArguments }), shown)).toEqual({ kind: 'approved', edited: undefined });
});

test.each([
  ['none', undefined, { kind: 'refused', code: 'action_denied' }],
  ['one that waits', ApprovalStatus.PENDING, { kind: 'waiting' }],
  ['a no', ApprovalStatus.REJECTED, { kind: 'refused', code: 'approval_rejected' }],
  ['one that nobody decided', ApprovalStatus.EXPIRED, { kind: 'refused', code: 'approval_expired' }],
  ['one that was cancelled', ApprovalStatus.CANCELLED, { kind: 'refused', code: 'cancelled_by_enrollment' }],
])('%s is no yes', (_what, status, decision) => {
  const approval = status === undefined ? undefined : approved(shown, { status });
  expect(readDecision(approval, shown)).toMatchObject(decision);
});
