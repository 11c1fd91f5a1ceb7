import { expect, test } from '@jest/globals';
import type { LineFact } from '../facts.ts';
import type { Receipt } from '../history.ts';
import { eventTimeoutMs, journeyEvent, makeJourneys, places } from '../journeys.ts';
import type { Evidence } from './evidence.ts';
import { checks } from './index.ts';
import { noFacts, noHistory } from './nothing.ts';

const email = 'p0-0@chaos.example';
/** The end of the wait that begins at the first second. */
const endMs = 1_000 + eventTimeoutMs;

/** One line of an enrollment's path: step, status and second, and optionally the message. */
type Told = [step: keyof typeof places, status: string, seconds: number, message?: string];

function linesOf(enrollment_id: string, told: readonly Told[]): LineFact[] {
  return told.map(([step, status, seconds, message = ''], index) => ({
    ...{ enrollment_id, at: new Date(seconds * 1_000), sequence: index + 1, step_index: places[step], status, message },
    ...{ attempt: step === 'mail' || status !== 'waiting' ? 1 : 0, error: null },
  }));
}

function enrollmentOf(id: string, workflow_id: string, last: keyof typeof places, lines: readonly LineFact[]) {
  return {
    ...{ id, workflow_id, organization_id: '14', key: `k${id}`, lead_ref: `r${id}`, status: 'completed', places: 1 },
    ...{ contact: { n: 0, org: '14', email }, step_index: places[last], lines: lines.length },
    ...{ timezone: 'UTC', created_at: new Date(0) },
  };
}

function mailOf(at: number, more: Partial<Receipt> = {}): Receipt {
  return { key: '<m1>', at, url: email, content: 'bytes', body: 'r1', succeeded: true, senderPort: 1, ...more };
}

/**
 * Makes evidence without a fault. One person is in both workflows and has an event that arrived in time: the mail of
 * one workflow was sent, and the mail of the other was held and then skipped. Every other end occurs in one enrollment:
 * a rejection, no decision, no event in time.
 */
function sound() {
  const begin: Told[] = [
    ['event', 'waiting', 1],
    ['event', 'succeeded', 2],
    ['ask', 'waiting', 2],
    ['ask', 'succeeded', 3],
  ];
  const lines = new Map(
    Object.entries({
      1: linesOf('1', [...begin, ['mail', 'succeeded', 4], ['finish', 'succeeded', 4]]),
      2: linesOf('2', [
        ...begin,
        ['mail', 'waiting', 4, 'Held until 2026-11-28 05:00: 1 mail per day (cap once)'],
        ['mail', 'skipped', 7, 'Skipped: rules held it for 3 seconds'],
        ['finish', 'succeeded', 7],
      ]),
      3: linesOf('3', [...begin, ['finish', 'succeeded', 3]]),
      4: linesOf('4', [...begin, ['late', 'succeeded', 7]]),
      5: linesOf('5', [
        ['event', 'waiting', 1],
        ['event', 'succeeded', endMs / 1_000],
        ['late', 'succeeded', endMs / 1_000],
      ]),
    }),
  );
  const linesFor = (id: string) => lines.get(id) ?? [];
  const late = enrollmentOf('5', '140', 'late', linesFor('5'));
  late.contact.email = 'p0-1@chaos.example';
  const enrollments = [
    enrollmentOf('1', '140', 'finish', linesFor('1')),
    enrollmentOf('2', '141', 'finish', linesFor('2')),
    enrollmentOf('3', '140', 'finish', linesFor('3')),
    enrollmentOf('4', '140', 'late', linesFor('4')),
    late,
  ];
  const own = { organization_id: '14', name: journeyEvent, delivery_id: null };
  const event = { ...own, id: 'evt_1', email, accepted_at: new Date(2_000), resumed: [1, 2, 3, 4] };
  const second = { ...own, id: 'evt_2', email: 'p0-1@chaos.example' };
  const tooLate = { ...second, accepted_at: new Date(endMs), resumed: [] as number[] };
  const intentOf = (enrollment_id: string, event_id: string | null) => ({
    ...{ enrollment_id, kind: 'wait_for_event', status: 'succeeded', event_id },
  });
  const sent = { enrollment_id: '1', step_id: 'mail', status: 'sent', decision: 'sent' as string | null };
  const skipped = { enrollment_id: '2', step_id: 'mail', status: 'skipped', decision: 'skipped' as string | null };
  return {
    workflows: makeJourneys(),
    hooks: [],
    history: {
      faults: [{ name: 'kill', from: 10_000, to: 10_100, victims: ['a'], met: true }],
      ...{ calls: [], receipts: [], published: new Map<string, string>(), hookReceipts: [] },
      connections: [{ port: 1, name: 'a', at: 0 }],
      journeys: {
        events: [
          { id: 'evt_1', email },
          { id: 'evt_2', email: tooLate.email },
        ],
        decisions: [
          { approvalId: '71', decision: 'approved' as const },
          { approvalId: '72', decision: 'approved' as const },
          { approvalId: '73', decision: 'rejected' as 'approved' | 'rejected' },
        ],
        suppressed: ['p0-1@chaos.example'],
      },
      ...noHistory(),
      mails: [mailOf(4_000)],
    },
    facts: {
      ...{ enrollments, lines, effects: [], counters: [], frames: [], deliveries: [] },
      ...noFacts(),
      contactEvents: [event, tooLate],
      journeys: {
        intents: [...['1', '2', '3', '4'].map((id) => intentOf(id, 'evt_1')), intentOf('5', null)],
        approvals: [
          { id: '71', enrollment_id: '1', status: 'approved' },
          { id: '72', enrollment_id: '2', status: 'approved' },
          { id: '73', enrollment_id: '3', status: 'rejected' },
          { id: '74', enrollment_id: '4', status: 'expired' },
        ],
        sends: [
          { ...sent, rule: null as string | null, reason: null as string | null },
          { ...skipped, rule: 'max_hold' as string | null, reason: 'rules held it for 3 seconds' as string | null },
        ],
        waitsLeft: 0,
      },
    },
  };
}

type Sound = ReturnType<typeof sound>;

/** The checks for which this file makes no evidence, because each of these checks has a test of its own. */
const elsewhere = ['accepted enrollment', 'analytics', 'committed event', 'funnel'];

function against(evidence: Evidence): string[] {
  return checks
    .filter(({ promise }) => !elsewhere.some((words) => promise.includes(words)))
    .filter(({ violations }) => violations(evidence).length > 0)
    .map(({ promise }) => promise);
}

function change<T>(items: readonly T[], index: number, changes: Partial<T>): void {
  Object.assign(items[index] as object, changes);
}

test('evidence without a fault has no violation', () => {
  expect(against(sound())).toEqual([]);
});

test.each<[string, (evidence: Sound) => unknown, string]>([
  ['an answered event is not in the log', ({ facts }) => facts.contactEvents.pop(), 'event resumes'],
  ['an event is in the log twice', ({ history }) => history.journeys.events.pop(), 'event resumes'],
  [
    'an event came in time and the run timed out',
    ({ facts }) => change(facts.contactEvents, 1, { accepted_at: new Date(endMs - 1) }),
    'event resumes',
  ],
  [
    'an event came too late and the run went on from it',
    ({ facts }) => change(facts.contactEvents, 0, { accepted_at: new Date(endMs) }),
    'event resumes',
  ],
  [
    'a run went on from another event than its first',
    ({ facts }) => change(facts.journeys.intents, 0, { event_id: 'evt_2' }),
    'event resumes',
  ],
  [
    'an event resumed what it did not',
    ({ facts }) => change(facts.contactEvents, 1, { resumed: [5] }),
    'event resumes',
  ],
  ['a wait is left', ({ facts }) => (facts.journeys.waitsLeft = 1), 'event resumes'],
  [
    'both decisions counted',
    ({ history }) => history.journeys.decisions.push({ approvalId: '71', decision: 'rejected' }),
    'decided once',
  ],
  [
    'the other decision is stored',
    ({ history }) => change(history.journeys.decisions, 2, { decision: 'approved' }),
    'decided once',
  ],
  ['a decision was answered and expired', ({ history }) => history.journeys.decisions.pop(), 'decided once'],
  [
    'a run did not follow the decision',
    ({ facts, history }) => {
      change(facts.journeys.approvals, 2, { status: 'approved' });
      change(history.journeys.decisions, 2, { decision: 'approved' });
    },
    'decided once',
  ],
  ['a run asked nobody', ({ facts }) => facts.journeys.approvals.pop(), 'decided once'],
  [
    'a run asked twice',
    ({ facts }) => facts.journeys.approvals.push({ id: '75', enrollment_id: '4', status: 'expired' }),
    'decided once',
  ],
  [
    'two mails are one too many',
    ({ history }) => history.mails.push(mailOf(5_000, { key: '<m2>', body: 'r2' })),
    'cap allows',
  ],
  ['a suppressed address got a mail', ({ history }) => history.journeys.suppressed.push(email), 'suppressed'],
  ['a sent mail never arrived', ({ history }) => history.mails.pop(), 'accounted'],
  [
    'a skipped mail arrived',
    ({ history }) => history.mails.push(mailOf(5_000, { key: '<m2>', body: 'r2' })),
    'accounted',
  ],
  ['a mail of nobody', ({ history }) => change(history.mails, 0, { body: 'r9' }), 'accounted'],
  ['a mail to another person', ({ history }) => change(history.mails, 0, { url: 'q@x.example' }), 'accounted'],
  ['a mail that was not due', ({ history }) => history.mails.push(mailOf(1, { body: 'r3' })), 'accounted'],
  ['one mail has two Message-IDs', ({ history }) => history.mails.push(mailOf(1, { key: '<m2>' })), 'accounted'],
  [
    'a held mail says no reason',
    ({ facts }) => change(facts.lines.get('2') ?? [], 4, { message: 'Held' }),
    'accounted',
  ],
  ['a skipped mail has no reason', ({ facts }) => change(facts.journeys.sends, 1, { reason: null }), 'accounted'],
  ['the ledger still holds a mail', ({ facts }) => change(facts.journeys.sends, 1, { status: 'held' }), 'accounted'],
  ['a mail is not in the ledger', ({ facts }) => facts.journeys.sends.pop(), 'accounted'],
  ['a mail was repeated for no reason', ({ history }) => history.mails.push(mailOf(6_000)), 'a mail is repeated'],
  [
    'a repeat of a mail differs',
    ({ history }) => (history.mails = [mailOf(9_950), mailOf(12_000, { content: 'others' })]),
    'a mail is repeated',
  ],
  ['a run took an exit that is none', ({ facts }) => change(facts.lines.get('5') ?? [], 2, { step_index: 2 }), 'graph'],
  ['an intent is pending', ({ facts }) => change(facts.journeys.intents, 0, { status: 'pending' }), 'left over'],
])('%s: that is found', (_, spoil, promise) => {
  const evidence = sound();
  spoil(evidence);
  expect(against(evidence)).toContainEqual(expect.stringContaining(promise));
});

test('a repeat of a mail after a failure, or after its sender was killed, is no violation', () => {
  const failed = sound();
  failed.history.mails = [mailOf(3_000, { succeeded: false }), mailOf(4_000)];
  expect(against(failed)).toEqual([]);
  const killed = sound();
  killed.history.mails = [mailOf(9_900), mailOf(12_000)];
  expect(against(killed)).toEqual([]);
});
