import { findAction, findProvider, type Verdict, verdictClasses } from '@drippulse/providers';
import { expect, test } from '@jest/globals';
import type { AskedEffect } from './effect.ts';
import { endOf } from './outcome.ts';
import type { PlannedEffect } from './planned-effect.ts';

const now = new Date('2026-12-01T09:00:00Z');
const asked: AskedEffect = {
  ...{ organizationId: 1n, key: 'k', kind: 'integration_action', request: Buffer.from('{}'), attempt: 1 },
  ...{ plannedAt: now, workflowId: 1n, enrollmentId: 1n },
};
const [provider, action] = [findProvider('slack'), findAction('slack', 'post_message')];
if (provider === undefined || action === undefined) throw new Error('Slack has messages');

const planned = (repeat: PlannedEffect['action']['repeat'], more: Partial<PlannedEffect> = {}): PlannedEffect => ({
  ...{ provider, action: { ...action, repeat }, payload: {}, connectionKey: 'default' },
  ...{ repeatsUnknown: false, isOptional: false, ...more },
});

const problem = { code: 'no_such_channel', message: 'There is no such channel.', field: 'channel', requestId: 'r1' };
// verdicts of classes without a problem ignore the member
const verdictOf = (name: Verdict['class']): Verdict => ({ class: name, problem }) as Verdict;

const ends = (name: Verdict['class'], effect: PlannedEffect, at = asked) => {
  const { outcome, isRetryable, mayHaveHappened, result } = endOf(
    { kind: 'acted', planned: effect, verdict: verdictOf(name) },
    { asked: at, mayHaveHappened: false, now },
  );
  return { outcome, isRetryable, mayHaveHappened, case: result.outcome.case };
};

const final = { outcome: 'failed', isRetryable: false, mayHaveHappened: false, case: 'failed' };
const again = { outcome: 'failed', isRetryable: true, mayHaveHappened: false, case: 'failed' };
const success = { outcome: 'succeeded', isRetryable: false, mayHaveHappened: true, case: 'succeeded' };
const followed: Record<Verdict['class'], object> = {
  ok: success,
  done: success,
  rate_limited: { outcome: 'waiting', isRetryable: true, mayHaveHappened: false, case: 'postponed' },
  temporary: again,
  unknown: { ...final, mayHaveHappened: true },
  permanent: final,
  permission: final,
  credentials: final,
  operator: final,
  per_record: final,
};

test.each(verdictClasses)('%s has one consequence', (name) => {
  expect(ends(name, planned('none'))).toEqual(followed[name]);
});

test.each(['key', 'upsert', 'same', 'check', 'read'] as const)('what is unknown of %s is tried again', (repeat) => {
  expect(ends('unknown', planned(repeat))).toEqual({ ...again, mayHaveHappened: true });
});

test('what cannot be repeated is tried again where the step says so', () => {
  expect(ends('unknown', planned('none', { repeatsUnknown: true }))).toEqual({ ...again, mayHaveHappened: true });
});

test('a pause is no reason to wait for more than a week', () => {
  const old = { ...asked, plannedAt: new Date(now.getTime() - 7 * 86_400_000) };
  expect(ends('rate_limited', planned('none'), old)).toEqual(final);
});

test('an error names the action, what the provider said, its code, the field and its id of the request', () => {
  const { result } = endOf(
    { kind: 'acted', planned: planned('none'), verdict: verdictOf('permanent') },
    { asked, mayHaveHappened: false, now },
  );
  expect(result.outcome).toMatchObject({
    value: { error: 'post_message of Slack: There is no such channel (no_such_channel, field channel, request r1)' },
  });
});
