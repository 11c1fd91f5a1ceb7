import { readSteps } from '@drippulse/engine';
import { expect, test } from '@jest/globals';
import type { LineFact } from '../facts.ts';
import type { Receipt } from '../history.ts';
import type { Evidence } from './evidence.ts';
import { checks } from './index.ts';
import { noFacts, noHistory } from './nothing.ts';

const steps = readSteps(
  JSON.stringify([
    {
      id: 'a',
      type: 'condition',
      config: { conditions: [{ field: 'n', operator: 'greater_or_equal', value: 50 }], on_true: 'next', on_false: 'c' },
    },
    { id: 'b', type: 'wait', config: { duration: 2, unit: 'seconds' } },
    { id: 'c', type: 'webhook_callback', config: { url: 'http://127.0.0.1/1/7', payload: { org: '1' } } },
  ]),
  { active: true, makeId: () => 'unused' },
).steps;
const body = '{"org":"1"}';

function lineOf(sequence: number, step_index: number, status: string, seconds: number): LineFact {
  return {
    enrollment_id: '5',
    at: new Date(seconds * 1_000),
    sequence,
    step_index,
    attempt: 1,
    status,
    message: '',
    error: null,
  };
}

function receiptOf(at: number, more: Partial<Receipt> = {}): Receipt {
  return { key: 'k:c:1', at, url: '/1/7', content: `POST ${body}`, body, succeeded: true, senderPort: 1, ...more };
}

/** Makes evidence without a fault: a completed enrollment. */
function sound() {
  const enrollment = {
    ...{ id: '5', workflow_id: '7', organization_id: '1', key: 'k', lead_ref: 'r', contact: { n: 60, org: '1' } },
    ...{ timezone: 'UTC', created_at: new Date(0) },
    ...{ status: 'completed', step_index: 2, lines: 4, places: 1 },
  };
  const lines = [
    lineOf(1, 0, 'succeeded', 1),
    lineOf(2, 1, 'waiting', 1),
    lineOf(3, 1, 'succeeded', 3),
    lineOf(4, 2, 'succeeded', 4),
  ];
  const effect = {
    ...{ effect_key: 'k:c:1', enrollment_id: '5', organization_id: '1', step_index: 2, attempt: 1 },
    ...{ status: 'succeeded', request: { url: 'http://127.0.0.1/1/7', body } },
  };
  const facts = {
    enrollments: [enrollment],
    lines: new Map([['5', lines]]),
    effects: [effect],
    counters: [{ workflow_id: '7', step_id: 'c', counted: 'completed', count: 1 }],
    frames: [] as Uint8Array[],
    deliveries: [],
    journeys: { intents: [], approvals: [], sends: [], waitsLeft: 0 },
    ...noFacts(),
    analytics: { ...noFacts().analytics, days: counted(), quarters: counted() },
  };
  const history = {
    faults: [{ name: 'kill', from: 10_000, to: 10_100, victims: ['a'], met: true }],
    calls: [{ workflowId: 7n, organizationId: 1n, refs: ['r'], ids: [5n] }],
    receipts: [receiptOf(4_000)],
    connections: [
      { port: 1, name: 'a', at: 0 },
      { port: 2, name: 'b', at: 0 },
    ],
    published: new Map<string, string>(),
    hookReceipts: [],
    journeys: { events: [], decisions: [], suppressed: [] },
    ...noHistory(),
  };
  return { workflows: [{ id: 7n, organizationId: 1n, steps }], hooks: [], history, facts, enrollment, effect, lines };
}

const sum = (kind: number, step_id = '') => ({ workflow_id: '7', kind, step_id, count: 1 });

/** Returns the sums of a completed enrollment, at its last step. */
const counted = () => [sum(2), sum(41, 'c'), sum(43, 'c')];

type Sound = ReturnType<typeof sound>;

/**
 * Returns the violations in the evidence, by the first word of the promise. The checks of events have a test of their
 * own.
 */
function against(evidence: Evidence): string[] {
  return checks
    .filter(({ promise }) => !promise.includes('committed event'))
    .filter(({ violations }) => violations(evidence).length > 0)
    .map(({ promise }) => promise);
}

test('evidence without a fault has no violation', () => {
  expect(against(sound())).toEqual([]);
});

test.each<[string, (evidence: Sound) => void, string]>([
  ['an accepted enrollment is missing', ({ facts }) => facts.enrollments.pop(), 'accepted'],
  ['an enrollment is another contact', ({ enrollment }) => (enrollment.lead_ref = 'q'), 'accepted'],
  ['an enrollment without an answer', ({ history }) => history.calls.pop(), 'accepted'],
  ['a step was skipped', ({ lines }) => renumberWithout(lines, 1, 2), 'graph order'],
  ['a step came twice', ({ lines }) => lines.push(lineOf(5, 2, 'succeeded', 5)), 'graph order'],
  ['a line is missing', ({ lines }) => lines.pop(), 'graph order'],
  ['the condition went the other way', ({ enrollment }) => (enrollment.contact.n = 10), 'graph order'],
  ['a wait ended early', ({ lines }) => (lines[2] = lineOf(3, 1, 'succeeded', 2.9)), 'graph order'],
  ['a state has no explanation', ({ enrollment }) => (enrollment.status = 'failed'), 'graph order'],
  ['a run is living and ended at once', ({ enrollment }) => (enrollment.places = 2), 'graph order'],
  ['an effect never arrived', ({ history }) => history.receipts.pop(), 'arrived as it was recorded'],
  [
    'an answer came to what did not arrive',
    ({ lines }) => lines.splice(3, 0, { ...lineOf(4, 2, 'retrying', 4), error: 'POST /1/7 answered 500' }),
    'arrived as it was recorded',
  ],
  ['an arrival has no intent', ({ facts }) => facts.effects.pop(), 'arrived as it was recorded'],
  ['another body arrived', ({ history }) => (history.receipts = [receiptOf(4_000, { body: '{}' })]), 'arrived as'],
  ['it went to another organization', ({ history }) => (history.receipts = [receiptOf(4_000, { url: '/2/7' })]), 'own'],
  ['an effect has another result than its line', ({ effect }) => (effect.status = 'failed'), 'arrived as'],
  ['it was repeated for no reason', ({ history }) => history.receipts.push(receiptOf(6_000)), 'byte for byte'],
  [
    'a repeat differs',
    ({ history }) => (history.receipts = [receiptOf(9_000), receiptOf(12_000, { content: 'PUT' })]),
    'byte for byte',
  ],
  [
    'it was repeated when another process was killed',
    ({ history }) => (history.receipts = [receiptOf(9_900, { senderPort: 2 }), receiptOf(13_000, { senderPort: 2 })]),
    'byte for byte',
  ],
  ['the funnel counts what is not', ({ facts }) => facts.counters.pop(), 'funnel'],
  ['analytics has not counted a day', ({ facts }) => facts.analytics.days.pop(), 'analytics'],
  ['analytics has counted a step twice', ({ facts }) => facts.analytics.quarters.push(sum(43, 'c')), 'analytics'],
  [
    'analytics has counted an attempt too few',
    ({ facts }) => facts.analytics.attempts.push({ webhook_id: '1', succeeded: true, counted: 1, made: 2 }),
    'analytics',
  ],
  ['analytics has counted a mail that nobody took', ({ facts }) => facts.analytics.days.push(sum(10)), 'analytics'],
  [
    'a process does not end',
    ({ history }) => history.faults.push({ name: 'ask to end', from: 1, to: 9, victims: [], met: false }),
    'asked to end',
  ],
  ['a row is left in the outbox', ({ facts }) => facts.outboxLeft.push('crm'), 'left over'],
  ['an effect is pending', ({ effect }) => (effect.status = 'pending'), 'left over'],
])('%s: that is found', (_, spoil, promise) => {
  const evidence = sound();
  spoil(evidence);
  expect(against(evidence)).toContainEqual(expect.stringContaining(promise));
});

test('a repeat after a failure, or after a fault that loses results, is no violation', () => {
  const failed = sound();
  failed.history.receipts = [receiptOf(3_000, { succeeded: false }), receiptOf(4_000)];
  expect(against(failed)).toEqual([]);
  const killed = sound();
  killed.history.receipts = [receiptOf(9_900), receiptOf(13_000, { senderPort: 2 })];
  expect(against(killed)).toEqual([]);
});

test('an effect whose attempt was sent by two processes, with different answers, is recorded as done', () => {
  const evidence = sound();
  evidence.lines[3] = lineOf(4, 2, 'failed', 4);
  evidence.enrollment.status = 'failed';
  evidence.facts.counters = [{ workflow_id: '7', step_id: 'c', counted: 'failed', count: 1 }];
  const failed = [sum(3), sum(41, 'c'), sum(44, 'c')];
  evidence.facts.analytics = { ...evidence.facts.analytics, days: failed, quarters: failed };
  expect(against(evidence)).toEqual([expect.stringContaining('arrived as it was recorded')]);
  evidence.history.receipts.unshift(receiptOf(3_900, { succeeded: false }));
  expect(against(evidence)).toEqual([]);
});

test('an event that was committed and not published is found, and the reverse', () => {
  const check = checks.find(({ promise }) => promise.includes('committed event'));
  const evidence = sound();
  evidence.history.published.set('evt_1', '1');
  expect(check?.violations(evidence)).toEqual([
    'event evt_1 was published and not committed',
    'enrollment 5 reported 0 times that it started',
    'enrollment 5 reported 0 times that it completed',
  ]);
});

function renumberWithout(lines: LineFact[], start: number, count: number): void {
  lines.splice(start, count);
  for (const [index, line] of lines.entries()) line.sequence = index + 1;
}
