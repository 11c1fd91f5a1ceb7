import { expect, test } from '@jest/globals';
import type { EnrollmentFact } from '../facts.ts';
import type { StarterEventFact } from '../starter-facts.ts';
import { makeStarters } from '../starters.ts';
import { noFacts, noHistory } from './nothing.ts';
import { checkStarterEvents } from './starter-events.ts';
import { checkStarterRules } from './starter-rules.ts';

const email = 's@starters.example';

function eventOf(id: string, at: number, plan: string, answers: StarterEventFact['answers'][number]): StarterEventFact {
  return { id, email, key: `key-${id}`, plan, accepted_at: new Date(at), answers: [answers] };
}

function enrollmentOf(id: string, workflow_id: string, event: string): EnrollmentFact {
  return {
    ...{ id, workflow_id, organization_id: '17', key: `k${id}`, lead_ref: '', timezone: 'UTC' },
    ...{ created_at: new Date(0), status: 'completed', step_index: 2, lines: 3, places: 1 },
    contact: { n: 0, org: '17', email: 'S@starters.example', event: { id: event } },
  };
}

/**
 * Makes evidence without a fault: three events of one person, of which the second has the other plan. The first event
 * starts all four workflows. The second starts only the workflow with a gap, because the gap is over. The third starts
 * all workflows except the one that each person may enter only once.
 */
function sound() {
  const enrollments = [
    ...[0, 1, 2, 3].map((index) => enrollmentOf(String(index + 1), `17${index}`, 'a')),
    enrollmentOf('5', '172', 'b'),
    ...[1, 2, 3].map((index) => enrollmentOf(String(index + 5), `17${index}`, 'c')),
  ];
  const facts = {
    ...{ enrollments, lines: new Map(), effects: [], counters: [], frames: [], deliveries: [] },
    journeys: { intents: [], approvals: [], sends: [], waitsLeft: 0 },
    ...noFacts(),
  };
  const [first, second, third] = [
    eventOf('a', 1_000, 'pro', { started: [170, 171, 172, 173].map((id, index) => [id, index + 1] as const) }),
    eventOf('b', 5_000, 'free', { started: [[172, 5]], not_started: { re_entry: [170, 173], filter: [171] } }),
    eventOf('c', 20_000, 'pro', {
      started: [171, 172, 173].map((id, index) => [id, index + 6] as const),
      not_started: { re_entry: [170] },
    }),
  ];
  facts.starters.push(first, second, third);
  facts.goals.ends.push(
    ...enrollments.map(({ id }) => ({
      enrollment_id: id,
      outcome: null,
      ended_at: new Date(id > '4' ? 40_000 : 12_000),
    })),
  );
  const history = {
    ...{ faults: [], calls: [], receipts: [], connections: [], published: new Map<string, string>(), hookReceipts: [] },
    journeys: { events: [], decisions: [], suppressed: [] },
    ...noHistory(),
  };
  history.starters.push(
    { key: 'key-a', email, plan: 'pro', ids: ['a', 'a'] },
    { key: 'key-b', email, plan: 'free', ids: ['b'] },
    { key: 'key-c', email, plan: 'pro', ids: [] },
  );
  return { workflows: makeStarters(), hooks: [], history, facts, events: { first, second, third } };
}

type Sound = ReturnType<typeof sound>;

const against = (evidence: Sound) => [...checkStarterEvents(evidence), ...checkStarterRules(evidence)];

test('evidence without a fault has no violation', () => {
  expect(against(sound())).toEqual([]);
});

test.each<[string, (evidence: Sound) => unknown, string]>([
  ['an accepted event is lost', ({ facts }) => facts.starters.shift(), 'key-a was accepted, and is in the log 0 times'],
  [
    'a repeat with the same key is in the log as well',
    ({ facts, events }) => facts.starters.push({ ...events.first, id: 'd' }),
    'key-a was accepted, and is in the log 2 times',
  ],
  [
    'a repeat was answered with another id',
    ({ history }) => history.starters[0]?.ids.push('d'),
    'key-a is a, answered was d',
  ],
  ['nobody sent an event', ({ history }) => history.starters.pop(), 'key-c is in the log, and nobody sent it'],
  [
    'an event says nothing of a workflow that listens',
    ({ events }) => Object.assign(events.first, { answers: [] }),
    'event a and workflow 170: it is named 0 times as started and 0 times as not started',
  ],
  [
    'an enrollment that an event started is missing',
    ({ facts }) => facts.enrollments.splice(4, 1),
    'event b and workflow 172: the enrollment that it started is undefined',
  ],
  [
    'an enrollment has the data of another event',
    ({ facts }) => Object.assign(facts.enrollments[4]?.contact ?? {}, { event: { id: 'c' } }),
    'event b and workflow 172: the enrollment that it started is {"id":"5"',
  ],
  [
    'an event started a workflow that its log does not name',
    ({ facts }) => facts.enrollments.push(enrollmentOf('9', '170', 'b')),
    'enrollment 9 is of event b; started by none',
  ],
  [
    'two events started one enrollment',
    ({ events }) => Object.assign(events.third, { answers: [{ ...events.third.answers[0], started: [[172, 5]] }] }),
    'enrollment 5 is of event b; started by b, c',
  ],
  [
    'a filter was not asked',
    ({ events }) => Object.assign(events.first, { plan: 'free' }),
    'event a and workflow 171: it was started, its filter asks for another plan',
  ],
  [
    'a person was refused for no reason of ours',
    ({ events }) =>
      Object.assign(events.third, { answers: [{ ...events.third.answers[0], not_started: { quota: [170] } }] }),
    'event c and workflow 170: it was not started for quota',
  ],
  [
    'a person entered a second time',
    ({ events }) => Object.assign(events.third, { answers: [{ started: [[170, 9]] }] }),
    `${email} and workflow 170: entered at 20000, and 19000 ms before`,
  ],
  [
    'a person entered before the gap was over',
    ({ events }) => Object.assign(events.second, { accepted_at: new Date(4_999) }),
    `${email} and workflow 172: entered at 4999, and 3999 ms before`,
  ],
  [
    'a person entered while the run before was surely there',
    ({ events }) => Object.assign(events.third, { accepted_at: new Date(6_999) }),
    `${email} and workflow 173: entered at 6999, and 5999 ms before`,
  ],
  [
    'a person was refused who may enter',
    ({ events }) => Object.assign(events.third, { answers: [{ not_started: { re_entry: [170, 171, 172, 173] } }] }),
    `${email} and workflow 171: refused at 20000, entered 19000 ms before`,
  ],
  [
    'a person was refused long after the end of the run',
    ({ events }) => Object.assign(events.second, { accepted_at: new Date(17_000) }),
    `${email} and workflow 173: refused at 17000, entered 16000 ms before`,
  ],
])('%s: that is found', (_, spoil, problem) => {
  const evidence = sound();
  spoil(evidence);
  expect(against(evidence)).toContainEqual(expect.stringContaining(problem));
});

test('an event at the end of a run may find it or not', () => {
  const evidence = sound();
  Object.assign(evidence.events.second, { accepted_at: new Date(16_999) });
  Object.assign(evidence.events.third, { accepted_at: new Date(30_000) });
  expect(against(evidence)).toEqual([]);
});
