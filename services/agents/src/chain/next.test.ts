import { expect, test } from '@jest/globals';
import { type ChainState, next } from './next.ts';
import type { ChainStep } from './step.ts';

const now = new Date('2026-12-01T09:00:00Z');
const later = (ms: number) => new Date(now.getTime() + ms);
const call: ChainStep = {
  ...{ seq: 1, kind: 'code_call', status: 'intent', request: {}, attempts: 0, firstSentAt: null, result: null },
};
const passing = { outcome: 'passing' as const, error: 'answered 503' };
const follow = (step: Partial<ChainStep>, more: Partial<ChainState> = {}) =>
  next({ step: { ...call, ...step }, maxRetries: 2, now, deadline: later(60_000), isDue: false, random: 1, ...more });
const ended = (code: string) => ({ do: 'end', end: { status: 'failed', code, message: expect.any(String) } });

test.each<[string, Partial<ChainStep>, Partial<ChainState>, object]>([
  ['a planned step is performed', {}, {}, { do: 'perform' }],
  ['an attempt that was interrupted is repeated', { attempts: 1 }, {}, { do: 'perform' }],
  ['interruptions use up attempts', { attempts: 3 }, {}, ended('provider_unavailable')],
  ['after a failure that may pass it waits', { attempts: 1, result: passing }, {}, { do: 'wait', ms: 500 }],
  ['after its pause it is performed', { attempts: 1, result: passing }, { isDue: true }, { do: 'perform' }],
  ['each pause is longer', { attempts: 2, result: passing }, {}, { do: 'wait', ms: 1000 }],
  [
    'it waits as long as it is asked to',
    { attempts: 1, result: { ...passing, retryAfterSeconds: 7 } },
    {},
    { do: 'wait', ms: 7000 },
  ],
  [
    'a pause beyond the deadline ends it',
    { attempts: 1, result: { ...passing, retryAfterSeconds: 60 } },
    {},
    ended('provider_unavailable'),
  ],
  ['the last attempt ends it', { attempts: 3, result: passing }, {}, ended('provider_unavailable')],
  [
    'without retries the first failure ends it',
    { attempts: 1, result: passing },
    { maxRetries: 0 },
    ended('provider_unavailable'),
  ],
  ['a deadline that is over ends it', { attempts: 1 }, { deadline: now }, ended('timeout')],
  [
    'a success is never performed again, however late it is',
    { status: 'succeeded', attempts: 9, result: { outcome: 'succeeded', output: { a: 1 } } },
    { deadline: later(-1) },
    { do: 'end', end: { status: 'succeeded', output: { a: 1 } } },
  ],
  [
    'a failure for good ends it',
    { status: 'failed', result: { outcome: 'failed', code: 'code_refused', message: 'no' } },
    {},
    ended('code_refused'),
  ],
  [
    'a started enrollment is followed',
    { kind: 'enroll', status: 'succeeded' },
    { deadline: later(-1) },
    { do: 'follow' },
  ],
  [
    'an enrollment whose key may have ended is not repeated',
    { kind: 'enroll', attempts: 0, firstSentAt: later(-24 * 3_600_000) },
    {},
    ended('enrollment_uncertain'),
  ],
  [
    'an enrollment whose key lives is',
    { kind: 'enroll', attempts: 0, firstSentAt: later(-3_600_000) },
    {},
    { do: 'perform' },
  ],
])('%s', (_name, step, more, expected) => {
  expect(follow(step, more)).toEqual(expected);
});
