import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { startMailing } from './mailing.ts';
import { json, refusal } from './workflow.ts';

let mailing: Awaited<ReturnType<typeof startMailing>>;
beforeAll(async () => {
  mailing = await startMailing({ runtimes: 1 });
});
afterAll(() => mailing.stop());

const request = json({
  integration_id: 'internal',
  to: 'anybody@example.com',
  subject: 'Hello',
  text: 'Hello',
  from: '',
  reply_to: '',
});

test('a test mail goes to its user, whatever it says, and takes no place under a cap', async () => {
  const { caller, rules, mailsTo } = mailing.newOrganization();
  await rules({ caps: [{ id: 'one', limit: 1, per: { duration: 1, unit: 4 }, window: 1 }] });
  const senders = mailing.harness.senderChecks(caller);
  for (const number of [1, 2]) {
    const answer = await senders.sendTestMail({ workflowId: 1n, stepId: 'mail', request, to: 'me@example.org' });
    expect(answer).toMatchObject({ sent: true, message: 'Sent to me@example.org: "[test] Hello"' });
    expect(mailsTo('me@example.org')).toHaveLength(number);
  }
  expect(mailsTo('anybody@example.com')).toEqual([]);
  await mailing.harness.suppressions(caller).createSuppression({ email: 'me@example.org', reason: 2 });
  const refused = await senders.sendTestMail({ workflowId: 1n, stepId: 'mail', request, to: 'me@example.org' });
  expect(refused).toMatchObject({ sent: false, message: 'me@example.org is suppressed (bounce)' });
});

test('nobody but a user gets one', async () => {
  const { caller } = mailing.newOrganization();
  const key = { ...caller, actor: { type: 'api_key' as const, id: '7' } };
  const call = mailing.harness.senderChecks(key).sendTestMail({ workflowId: 1n, request, to: 'me@example.org' });
  expect(await refusal(call)).toBe('permission_denied user_required');
});
