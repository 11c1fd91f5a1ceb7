import { expect, test } from '@jest/globals';
import { checkDeliveries } from './deliveries.ts';
import { noFacts, noHistory } from './nothing.ts';

/**
 * Makes evidence without a fault: one event, which was delivered to one webhook at the second attempt, and is still
 * queued for the webhook whose endpoint is gone.
 */
function sound() {
  const delivered = { webhook_id: '1', event_id: 'evt_1', status: 'delivered', attempts: 2, numbers: [1, 2] };
  const kept = { webhook_id: '2', event_id: 'evt_1', status: 'failed', attempts: 1, numbers: [1] };
  const receipt = { path: '/1/plain', id: 'evt_1', body: '{}', problem: undefined as string | undefined };
  return {
    workflows: [],
    hooks: [
      { id: '1', organizationId: '1', path: '/1/plain', isGone: false },
      { id: '2', organizationId: '1', path: '/1/gone', isGone: true },
    ],
    history: {
      ...{ faults: [], calls: [], receipts: [], connections: [] },
      journeys: { events: [], decisions: [], suppressed: [] },
      ...noHistory(),
      published: new Map([
        ['evt_1', '1'],
        ['evt_2', '9'],
      ]),
      hookReceipts: [receipt, { ...receipt }, { ...receipt, path: '/1/gone' }],
    },
    facts: {
      ...{ enrollments: [], lines: new Map(), effects: [], counters: [], frames: [] },
      journeys: { intents: [], approvals: [], sends: [], waitsLeft: 0 },
      ...noFacts(),
      deliveries: [
        { ...delivered, is_queued: false },
        { ...kept, is_queued: true },
      ],
    },
  };
}

type Sound = ReturnType<typeof sound>;
const firstDelivery = ({ facts }: Sound, change: object) => Object.assign(facts.deliveries[0] ?? {}, change);
const firstReceipt = ({ history }: Sound, change: object) => Object.assign(history.hookReceipts[0] ?? {}, change);

test('evidence without a fault has no violation', () => {
  expect(checkDeliveries(sound())).toEqual([]);
});

test.each<[string, (evidence: Sound) => unknown, string]>([
  ['an event that a webhook never got', ({ history }) => history.published.set('evt_3', '1'), 'no delivery of evt_3'],
  [
    'two deliveries of one event',
    ({ facts }) => facts.deliveries.push(...facts.deliveries.slice(0, 1)),
    'two deliveries',
  ],
  ['a delivery of a stranger', (evidence) => firstDelivery(evidence, { event_id: 'evt_2' }), 'none of its events'],
  ['one that is not over', (evidence) => firstDelivery(evidence, { status: 'failed', is_queued: true }), 'is failed'],
  [
    'one that is tried no more',
    ({ facts }) => Object.assign(facts.deliveries[1] ?? {}, { is_queued: false }),
    'not queued',
  ],
  ['a gap between attempts', (evidence) => firstDelivery(evidence, { numbers: [1, 3] }), 'numbered 1, 3'],
  ['an attempt that was not recorded', (evidence) => firstDelivery(evidence, { numbers: [1] }), 'has 2 attempts'],
  ['a wrong signature', (evidence) => firstReceipt(evidence, { problem: 'wrong' }), 'is not signed'],
  ['a request without a delivery', (evidence) => firstReceipt(evidence, { id: 'evt_9' }), 'no such delivery'],
  ['a repeat with another body', (evidence) => firstReceipt(evidence, { body: '{"a":1}' }), 'another body'],
  ['a delivery that never came', ({ history }) => history.hookReceipts.splice(0, 2), 'never came'],
])('%s: that is found', (_, spoil, problem) => {
  const evidence = sound();
  spoil(evidence);
  expect(checkDeliveries(evidence)).toContainEqual(expect.stringContaining(problem));
});
