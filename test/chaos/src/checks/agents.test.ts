import { expect, test } from '@jest/globals';
import { agentFreeze } from '../faults.ts';
import { checkExecutions } from './executions.ts';
import { checkLedger } from './ledger.ts';
import { noFacts, noHistory } from './nothing.ts';

const executionOf = (id: string, lead_ref: string, kind: string, attempts: number) => ({
  ...{ id, lead_ref, kind, attempts, status: 'succeeded', error_code: null as string | null },
  answered_at: kind === 'execute' ? new Date(10_000) : null,
});

/**
 * Makes evidence without a fault: a score, a call that got a response immediately, and a call whose first attempt has
 * an unknown outcome.
 */
function sound() {
  const [score, once, twice] = [
    executionOf('1', 'a1', 'score_lead', 0),
    executionOf('2', 'a1', 'execute', 1),
    executionOf('3', 'a2', 'execute', 2),
  ];
  const facts = {
    ...{ enrollments: [], lines: new Map(), effects: [], counters: [], frames: [], deliveries: [] },
    journeys: { intents: [], approvals: [], sends: [], waitsLeft: 0 },
    ...noFacts(),
    agents: {
      executions: [score, once, twice],
      charges: [
        { state: 'settled', count: 2, charged: '20' },
        { state: 'assumed', count: 1, charged: '50' },
      ],
      sums: { ledger: '70', executions: '70', counts: '70', days: '70', reserved: '0' },
      steps: [
        { enrollment_id: '1', kind: 'score_lead', status: 'succeeded', execution_id: '1' },
        { enrollment_id: '1', kind: 'agent', status: 'succeeded', execution_id: '2' },
        { enrollment_id: '2', kind: 'agent', status: 'succeeded', execution_id: '3' },
      ],
    },
  };
  const history = {
    ...{ faults: [] as { name: string; from: number; to: number; victims: string[]; met: boolean }[], calls: [] },
    ...{ receipts: [], connections: [], published: new Map<string, string>(), hookReceipts: [] },
    journeys: { events: [], decisions: [], suppressed: [] },
    ...noHistory(),
  };
  Object.assign(history.models, { bill: 30n });
  history.models.asked.push({ ref: 'a1', at: 9_000 }, { ref: 'a2', at: 8_000 }, { ref: 'a2', at: 9_500 });
  history.models.samples.push({ bill: 10n, taken: 60n, limit: 100n }, { bill: 30n, taken: 70n, limit: 100n });
  return { workflows: [], hooks: [], history, facts, executions: { score, once, twice } };
}

type Sound = ReturnType<typeof sound>;

const against = (evidence: Sound) => [...checkExecutions(evidence), ...checkLedger(evidence)];

test('evidence without a fault has no violation', () => {
  expect(against(sound())).toEqual([]);
});

test.each<[string, (evidence: Sound) => unknown, string]>([
  [
    'an execution never ends',
    ({ executions }) => Object.assign(executions.once, { status: 'running' }),
    'execution 2 of a1: it is running',
  ],
  [
    'an execution fails in spite of its answer',
    ({ executions }) => Object.assign(executions.once, { status: 'failed', error_code: 'timeout' }),
    'execution 2 of a1: it failed for timeout with an answer',
  ],
  [
    'an execution succeeds without an answer',
    ({ executions }) => Object.assign(executions.once, { answered_at: null }),
    'execution 2 of a1: it succeeded without an answer',
  ],
  [
    'a model is asked without an attempt in the ledger',
    ({ history }) => history.models.asked.push({ ref: 'a1', at: 9_500 }),
    'the model was asked 2 times, the ledger has 1 attempts',
  ],
  [
    'a model is asked after its answer was stored',
    ({ history }) => Object.assign(history.models.asked[2] ?? {}, { at: 10_500 }),
    'execution 3 of a2: the model was asked 500 ms after its answer was stored',
  ],
  [
    'a model is asked about somebody unknown',
    ({ history }) => history.models.asked.push({ ref: 'a3', at: 9_500 }),
    'a model was asked about a3',
  ],
  [
    'a provider takes no such request',
    ({ history }) => history.models.refused.push('{"model":"m"}'),
    'the provider takes no such request: {"model":"m"}',
  ],
  [
    'a step ended otherwise than its execution',
    ({ facts }) => Object.assign(facts.agents.steps[1] ?? {}, { status: 'failed' }),
    'the step agent of enrollment 1 is failed, its execution succeeded',
  ],
  [
    'a step succeeded by nothing',
    ({ facts }) => Object.assign(facts.agents.steps[0] ?? {}, { execution_id: null }),
    'the step score_lead of enrollment 1 succeeded without an execution',
  ],
  [
    'more is spent and reserved than the limit',
    ({ history }) => history.models.samples.push({ bill: 30n, taken: 101n, limit: 100n }),
    '101 were spent and reserved of 100',
  ],
  [
    'more is billed than spent and reserved',
    ({ history }) => history.models.samples.push({ bill: 71n, taken: 70n, limit: 100n }),
    '71 were billed, and 70 spent and reserved',
  ],
  ['a reservation stays', ({ facts }) => Object.assign(facts.agents.sums, { reserved: '5' }), '5 are still reserved'],
  [
    'a sum differs',
    ({ facts }) => Object.assign(facts.agents.sums, { counts: '69' }),
    'the sum of counts is 69, that of the ledger 70',
  ],
  [
    'the bill is higher',
    ({ history }) => Object.assign(history.models, { bill: 71n }),
    '71 were billed, and 70 charged',
  ],
  [
    'more is charged than can be explained',
    ({ history }) => Object.assign(history.models, { bill: 19n }),
    '70 were charged and 19 billed, more apart than what is unsure',
  ],
])('%s: that is found', (_, spoil, problem) => {
  const evidence = sound();
  spoil(evidence);
  expect(against(evidence)).toContainEqual(expect.stringContaining(problem));
});

test('a process that was frozen before a call may send it when it goes on', () => {
  const evidence = sound();
  Object.assign(evidence.history.models.asked[1] ?? {}, { at: 10_500 });
  evidence.history.faults.push({ name: agentFreeze, from: 1_000, to: 10_400, victims: [], met: true });
  expect(against(evidence)).toEqual([]);
});
