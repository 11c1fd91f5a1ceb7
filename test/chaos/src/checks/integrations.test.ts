import { expect, test } from '@jest/globals';
import { checkIntegrations } from './integrations.ts';
import { noFacts, noHistory } from './nothing.ts';

const stepOf = (action: string | null, status = 'succeeded', error: string | null = null) => ({
  ...{
    enrollment_id: '1',
    kind: action === null ? 'alert' : 'integration_action',
    action,
    lead_ref: 'i1',
    status,
    error,
  },
});

/** Makes evidence without a fault: a step of each kind, in which the outcome of the alert is unknown. */
function sound() {
  const facts = {
    ...{ enrollments: [], lines: new Map(), effects: [], counters: [], frames: [], deliveries: [] },
    journeys: { intents: [], approvals: [], sends: [], waitsLeft: 0 },
    ...noFacts(),
  };
  const alert = stepOf(
    null,
    'failed',
    'outcome_unknown: Post an alert of Slack: the connection was lost. It may have been done',
  );
  const [customer, contact, meeting, message] = [
    ...['create_customer', 'upsert_contact', 'create_meeting', 'post_message'].map((action) => stepOf(action)),
  ];
  if (customer === undefined || message === undefined) throw new Error('unreachable');
  facts.providerSteps.push(...[customer, contact, meeting, message].flatMap((step) => step ?? []), alert);
  const history = {
    ...{ faults: [], calls: [], receipts: [], connections: [], published: new Map<string, string>(), hookReceipts: [] },
    journeys: { events: [], decisions: [], suppressed: [] },
    ...noHistory(),
  };
  const steps = ['create_customer', 'upsert_contact', 'create_meeting', 'post_message', 'alert'];
  history.made.push(...steps.map((step) => ({ step, ref: 'i1' })));
  return { workflows: [], hooks: [], history, facts, steps: { customer, message, alert } };
}

type Sound = ReturnType<typeof sound>;

test('evidence without a fault has no violation', () => {
  expect(checkIntegrations(sound())).toEqual([]);
});

test('what may have been done may not have been', () => {
  const evidence = sound();
  evidence.history.made.pop();
  expect(checkIntegrations(evidence)).toEqual([]);
});

test.each<[string, (evidence: Sound) => unknown, string]>([
  ...['create_customer', 'upsert_contact', 'create_meeting', 'post_message'].map(
    (step): [string, (evidence: Sound) => unknown, string] => [
      `${step} is done twice`,
      ({ history }) => history.made.push({ step, ref: 'i1' }),
      `${step} of i1: it succeeded, and was done 2 times`,
    ],
  ),
  [
    'an alert of which nobody knows is done twice',
    ({ history }) => history.made.push({ step: 'alert', ref: 'i1' }),
    'and was done 2 times',
  ],
  [
    'a step that says so was not done',
    ({ history }) => history.made.shift(),
    'create_customer of i1: it succeeded, and was done 0 times',
  ],
  [
    'a step that can be repeated is given up',
    ({ steps }) => Object.assign(steps.customer, { status: 'failed', error: 'outcome_unknown' }),
    'create_customer of i1: it is failed (outcome_unknown), and was done 1 times',
  ],
  [
    'a step that cannot be repeated is given up without a word',
    ({ steps }) => Object.assign(steps.message, { status: 'failed', error: 'away' }),
    'post_message of i1: it is failed (away), and was done 1 times',
  ],
  ['a step never ends', ({ steps }) => Object.assign(steps.alert, { status: 'pending', error: null }), 'it is pending'],
  [
    'a thing is made that no step asked for',
    ({ history }) => history.made.push({ step: 'alert', ref: 'i2' }),
    'alert i2 was made, and no step asked for it',
  ],
  [
    'a provider takes no such request',
    ({ history }) => history.refusedByProviders.push('slack POST /chat.postMessage: it has no text'),
    'it has no text',
  ],
])('%s: that is found', (_, spoil, problem) => {
  const evidence = sound();
  spoil(evidence);
  expect(checkIntegrations(evidence)).toContainEqual(expect.stringContaining(problem));
});
