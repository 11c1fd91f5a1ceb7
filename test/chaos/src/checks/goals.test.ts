import { expect, test } from '@jest/globals';
import { makeEntries } from '../entries.ts';
import type { EnrollmentFact } from '../facts.ts';
import { exitGoal, goalEvents, makeGoals } from '../goals.ts';
import { checkEntries } from './entries.ts';
import { checkGoals } from './goals.ts';
import { noFacts, noHistory } from './nothing.ts';

function enrollmentOf(id: string, workflow_id: string, lead_ref: string): EnrollmentFact {
  return {
    ...{
      id,
      workflow_id,
      organization_id: '15',
      key: `k${id}`,
      lead_ref,
      timezone: 'UTC',
      created_at: new Date(1_000),
    },
    ...{
      contact: { n: 0, org: '15', email: `p${id}@goals.example` },
      status: 'completed',
      step_index: 2,
      lines: 3,
      places: 1,
    },
  };
}

const eventOf = (id: string, goal: keyof typeof goalEvents, at: number) => ({
  ...{ id: `evt_${id}`, organization_id: '15', name: goalEvents[goal] as string, email: `p${id}@goals.example` },
  ...{ accepted_at: new Date(at), resumed: [], delivery_id: null },
});

/**
 * Makes evidence without a fault. The goal `bought` ended the first run; the second run met the goal `seen`, and ended
 * by itself. One person tried to enter twice and entered once; another tried three times and entered twice.
 */
function sound() {
  const facts = {
    enrollments: [
      enrollmentOf('1', '150', 'g1'),
      enrollmentOf('2', '150', 'g2'),
      enrollmentOf('3', '151', 'e1'),
      enrollmentOf('4', '152', 'e1'),
      enrollmentOf('5', '152', 'e1'),
    ],
    ...{ lines: new Map(), effects: [], counters: [], frames: [], deliveries: [] },
    journeys: { intents: [], approvals: [], sends: [], waitsLeft: 0 },
    ...noFacts(),
  };
  facts.contactEvents.push(eventOf('1', 'bought', 500), eventOf('1', 'bought', 4_000), eventOf('1', 'bought', 5_000));
  facts.contactEvents.push(eventOf('2', 'seen', 3_000));
  facts.goals.met.push(
    { workflow_id: '150', enrollment_id: '1', goal: exitGoal, met_at: new Date(4_000) },
    { workflow_id: '150', enrollment_id: '2', goal: 'seen', met_at: new Date(3_000) },
  );
  facts.goals.ends.push(
    { enrollment_id: '1', outcome: 'goal:bought', ended_at: new Date(4_100) },
    { enrollment_id: '2', outcome: null, ended_at: new Date(13_000) },
  );
  facts.goals.marks.push(
    { workflow_id: '150', kind: 'goal', name: 'bought', number: 1 },
    { workflow_id: '150', kind: 'goal', name: 'seen', number: 1 },
    { workflow_id: '150', kind: 'exited_by', name: 'goal:bought', number: 1 },
  );
  facts.goals.refused.push({ workflow_id: '151', lead_ref: 'e1' }, { workflow_id: '152', lead_ref: 'e1' });
  const history = {
    ...{ faults: [], calls: [], receipts: [], connections: [], published: new Map<string, string>(), hookReceipts: [] },
    journeys: { events: [], decisions: [], suppressed: [] },
    ...noHistory(),
  };
  history.entries.push(
    { workflowId: 151n, refs: ['e1'], refused: [] },
    { workflowId: 151n, refs: ['e1'], refused: ['e1'] },
    { workflowId: 152n, refs: ['e1'], refused: [] },
    { workflowId: 152n, refs: ['e1'], refused: [] },
    { workflowId: 152n, refs: ['e1'], refused: ['e1'] },
  );
  return { workflows: [...makeGoals(), ...makeEntries()], hooks: [], history, facts };
}

type Sound = ReturnType<typeof sound>;

const against = (evidence: Sound) => [...checkGoals(evidence), ...checkEntries(evidence)];

test('evidence without a fault has no violation', () => {
  expect(against(sound())).toEqual([]);
});

test.each<[string, (evidence: Sound) => unknown, string]>([
  ['a goal was met by another event than the first', ({ facts }) => facts.contactEvents.splice(1, 1), 'met at 4000'],
  ['an event from before the entry counted', ({ facts }) => facts.contactEvents.splice(1, 2), 'met at 4000'],
  ['a goal was met twice', ({ facts }) => facts.goals.met.push(...facts.goals.met.slice(1)), 'met 2 times'],
  [
    'a run went on from the goal that ends it',
    ({ facts }) => Object.assign(facts.goals.ends[0] ?? {}, { outcome: null }),
    'its outcome is null',
  ],
  [
    'a goal ended a run that nobody met',
    ({ facts }) => Object.assign(facts.goals.ends[1] ?? {}, { outcome: 'goal:bought' }),
    'its outcome is goal:bought',
  ],
  ['an event was overlooked', ({ facts }) => facts.contactEvents.push(eventOf('2', 'bought', 5_000)), 'not met'],
  ['a goal is not counted', ({ facts }) => facts.goals.marks.pop(), 'exited_by goal:bought: counted 0, rows 1'],
  ['a watch is left', ({ facts }) => (facts.goals.watchesLeft = 1), '1 watches'],
  [
    'two calls let a person in once too often',
    ({ facts }) => facts.enrollments.push(enrollmentOf('6', '151', 'e1')),
    'entered 2 times, not 1',
  ],
  ['a person who may enter was refused', ({ facts }) => facts.enrollments.pop(), 'entered 1 times, not 2'],
  [
    'a refusal was not answered',
    ({ history }) => Object.assign(history.entries[1] ?? {}, { refused: [] }),
    'was refused 0 times',
  ],
  ['a refusal is not kept', ({ facts }) => facts.goals.refused.pop(), '0 are kept'],
])('%s: that is found', (_, spoil, problem) => {
  const evidence = sound();
  spoil(evidence);
  expect(against(evidence)).toContainEqual(expect.stringContaining(problem));
});

test('an event at the end of a run may miss it', () => {
  const evidence = sound();
  evidence.facts.contactEvents.push(eventOf('2', 'bought', 12_999));
  expect(against(evidence)).toEqual([]);
});
