import { describe, expect, test } from '@jest/globals';
import { type ContactLedger, decideSend } from './decide.ts';
import { noRules, type SendingRules } from './rules.ts';
import type { AskedSend, PlacedSend, PlannedSend } from './sends.ts';
import { takeSlot } from './throughput.ts';

const hour = 3_600_000;
const day = 24 * hour;
const at = (text: string) => Date.parse(text);
const noon = at('2026-07-01T12:00:00Z');
const empty: ContactLedger = { placed: [], planned: [] };
const daily = { id: 'd', channel: 'email', category: null, limit: 1, per: { duration: 1, unit: 'days' } } as const;
const night = { channel: null, from: '21:00', to: '08:00', days: [] };

function planned(over: Partial<PlannedSend> = {}): PlannedSend {
  const kind = { channel: 'email', category: null, class: 'marketing' } as const;
  const owner = { workflowId: 1n, enrollmentId: 1n };
  return { ...kind, ...owner, key: 'a', priority: 50, plannedAt: noon, dueAt: noon, expiresAt: null, ...over };
}

function asked(over: Partial<AskedSend> = {}): AskedSend {
  return { ...planned(), timezone: 'UTC', onCapped: 'hold', isPlaced: false, spreadMs: 0, ...over };
}

function placed(sentAt: number, over: Partial<PlacedSend> = {}): PlacedSend {
  const kind = { channel: 'email', category: null, class: 'marketing' } as const;
  return { ...kind, workflowId: 7n, enrollmentId: 77n, at: sentAt, ...over };
}

function rules(over: Partial<SendingRules>): SendingRules {
  return { ...noRules, ...over };
}

const rolling = rules({ caps: [{ ...daily, window: 'rolling' }] });
const calendar = rules({ caps: [{ ...daily, window: 'calendar' }] });

describe('caps', () => {
  test.each<[string, SendingRules, AskedSend, ContactLedger, object]>([
    ['a contact without sends has a place', rolling, asked(), empty, { kind: 'send' }],
    [
      'a rolling cap frees its place when the send before leaves the window',
      rolling,
      asked(),
      { ...empty, placed: [placed(noon - hour)] },
      { kind: 'hold', rule: 'cap:d', until: noon + 23 * hour, lostTo: expect.objectContaining({ enrollmentId: 77n }) },
    ],
    [
      'a send exactly one window ago no longer counts',
      rolling,
      asked(),
      { ...empty, placed: [placed(noon - day)] },
      { kind: 'send' },
    ],
    [
      'a calendar cap frees its place at midnight of the contact',
      calendar,
      asked({ timezone: 'Asia/Kathmandu', spreadMs: 7 }),
      { ...empty, placed: [placed(noon - hour)] },
      { kind: 'hold', until: at('2026-07-01T18:15:00Z') + 7 },
    ],
    [
      'yesterday does not count against a calendar cap',
      calendar,
      asked(),
      { ...empty, placed: [placed(noon - 13 * hour)] },
      { kind: 'send' },
    ],
    [
      'a cap of a category counts that category only',
      rules({ caps: [{ ...daily, category: 'news', window: 'rolling' }] }),
      asked({ category: 'news' }),
      { ...empty, placed: [placed(noon - hour, { category: 'offers' })] },
      { kind: 'send' },
    ],
    [
      'an exempt class is neither counted nor held',
      rolling,
      asked({ class: 'transactional' }),
      { ...empty, placed: [placed(noon - hour)] },
      { kind: 'send' },
    ],
    [
      'what is sent by an exempt class takes no place',
      rolling,
      asked(),
      { ...empty, placed: [placed(noon - hour, { class: 'transactional' })] },
      { kind: 'send' },
    ],
    [
      'on_capped skips at once',
      rolling,
      asked({ onCapped: 'skip' }),
      { ...empty, placed: [placed(noon - hour)] },
      { kind: 'skip', rule: 'cap:d' },
    ],
    [
      'a send that has its place keeps it',
      rolling,
      asked({ isPlaced: true }),
      { ...empty, placed: [placed(noon - hour)], planned: [planned({ key: 'b', priority: 99 })] },
      { kind: 'send' },
    ],
    [
      'the least gap counts from the send before',
      rules({ minGap: { duration: 2, unit: 'hours' } }),
      asked(),
      { ...empty, placed: [placed(noon - hour)] },
      { kind: 'hold', rule: 'min_gap', until: noon + hour },
    ],
    [
      'a lowered cap waits for as many sends as are over it',
      rolling,
      asked(),
      { ...empty, placed: [placed(noon - 5 * hour), placed(noon - 2 * hour)] },
      { kind: 'hold', until: noon + 22 * hour },
    ],
  ])('%s', (_name, given, send, ledger, expected) => {
    expect(decideSend(given, send, ledger, noon)).toMatchObject(expected);
  });

  test('a day that has 23 hours is one day of a rolling cap', () => {
    const sent = at('2026-03-28T11:30:00Z');
    const send = asked({ timezone: 'Europe/Berlin', plannedAt: sent });
    const decision = decideSend(rolling, send, { ...empty, placed: [placed(sent)] }, sent + hour);
    expect(decision).toMatchObject({ kind: 'hold', until: sent + 23 * hour });
  });
});

describe('competition', () => {
  const rival = (over: Partial<PlannedSend>) => planned({ key: 'b', workflowId: 2n, enrollmentId: 2n, ...over });
  test.each<[string, Partial<PlannedSend>, boolean]>([
    ['a higher priority', { priority: 51 }, true],
    ['a lower priority', { priority: 49 }, false],
    ['an earlier plan', { plannedAt: noon - 1 }, true],
    ['a higher id', {}, false],
    ['a lower id', { enrollmentId: 0n }, true],
    ['a send that is due later than the look-ahead', { priority: 99, dueAt: noon + 1 }, false],
    ['a send that has expired', { priority: 99, expiresAt: noon }, false],
    ['a send of another channel', { priority: 99, channel: 'sms' }, false],
    ['a send of an exempt class', { priority: 99, class: 'transactional' }, false],
  ])('%s goes first: %#', (_name, over, wins) => {
    const decision = decideSend(rolling, asked(), { placed: [], planned: [rival(over)] }, noon);
    if (!wins) expect(decision).toEqual({ kind: 'send' });
    else expect(decision).toMatchObject({ kind: 'hold', until: noon + day, lostTo: { workflowId: 2n } });
  });

  test('a send within the look-ahead takes the place that is free now', () => {
    const given = { ...rolling, lookAhead: { duration: 6, unit: 'hours' } } as const;
    const later = rival({ priority: 99, dueAt: noon + 5 * hour });
    const decision = decideSend(given, asked(), { placed: [], planned: [later] }, noon);
    expect(decision).toMatchObject({ kind: 'hold', until: noon + day + 5 * hour, lostTo: { enrollmentId: 2n } });
  });

  test('of two places the second goes to the second of three', () => {
    const two = rules({ caps: [{ ...daily, limit: 2, window: 'rolling' }] });
    const all = [9n, 8n, 7n].map((id) => planned({ key: String(id), enrollmentId: id, priority: Number(id) }));
    const kinds = all.map((one) => {
      const others = all.filter((other) => other !== one);
      return decideSend(two, asked(one), { placed: [], planned: others }, noon).kind;
    });
    expect(kinds).toEqual(['send', 'send', 'hold']);
  });
});

describe('quiet hours', () => {
  const quiet = rules({ quietHours: [night] });
  test.each([
    ['Europe/Berlin', '2026-07-01T20:30:00Z', '2026-07-02T06:00:00Z'],
    ['Asia/Kathmandu', '2026-07-01T16:00:00Z', '2026-07-02T02:15:00Z'],
    ['America/New_York', '2026-07-02T01:00:00Z', '2026-07-02T12:00:00Z'],
    // The nights on which clocks go forward and back.
    ['Europe/Berlin', '2026-03-28T22:00:00Z', '2026-03-29T06:00:00Z'],
    ['Europe/Berlin', '2026-10-24T22:00:00Z', '2026-10-25T07:00:00Z'],
    ['UTC', '2026-07-01T21:00:00Z', '2026-07-02T08:00:00Z'],
  ])('in %s those of %s end at 08:00, which is %s', (timezone, now, end) => {
    const decision = decideSend(quiet, asked({ timezone, spreadMs: 9 }), empty, at(now));
    expect(decision).toEqual({ kind: 'hold', until: at(end) + 9, rule: 'quiet_hours', reason: 'quiet hours' });
  });

  test.each([
    ['2026-07-01T20:59:59Z', []],
    ['2026-07-01T08:00:00Z', []],
    // A Wednesday. The night began on Tuesday, so the quiet hours do not apply: they begin only on Fridays.
    ['2026-07-01T03:00:00Z', [5]],
  ])('at %s with the days %j a mail leaves', (now, days) => {
    expect(decideSend(rules({ quietHours: [{ ...night, days }] }), asked(), empty, at(now))).toEqual({ kind: 'send' });
  });

  test('windows that follow each other are one', () => {
    const given = rules({ quietHours: [night, { channel: 'email', from: '08:00', to: '24:00', days: [4] }] });
    // The quiet hours last from Wednesday night through all of Thursday and the following night.
    const decision = decideSend(given, asked(), empty, at('2026-07-01T22:00:00Z'));
    expect(decision).toMatchObject({ until: at('2026-07-03T08:00:00Z') });
  });

  test('a place that frees in quiet hours is one after them', () => {
    const given = rules({ quietHours: [night], caps: [{ ...daily, window: 'rolling' }] });
    const sent = at('2026-07-01T04:00:00Z');
    const decision = decideSend(given, asked(), { ...empty, placed: [placed(sent)] }, noon);
    expect(decision).toMatchObject({ rule: 'cap:d', until: at('2026-07-02T08:00:00Z') });
  });
});

describe('the end of holding', () => {
  const full: ContactLedger = { ...empty, placed: [placed(noon - hour)] };
  test('a send is held to its own end, and skipped there', () => {
    const send = asked({ expiresAt: noon + hour });
    expect(decideSend(rolling, send, full, noon)).toMatchObject({ kind: 'hold', until: noon + hour });
    expect(decideSend(rolling, send, full, noon + hour)).toMatchObject({ kind: 'skip', rule: 'expires_after' });
  });

  test.each(['skip', 'send'] as const)('after max_hold it does what after_max_hold says: %s', (afterMaxHold) => {
    const given = { ...rolling, maxHold: { duration: 3, unit: 'hours' }, afterMaxHold } as const;
    expect(decideSend(given, asked(), full, noon)).toMatchObject({ kind: 'hold', until: noon + 3 * hour });
    expect(decideSend(given, asked(), full, noon + 3 * hour)).toMatchObject({ kind: afterMaxHold });
  });
});

test('a throughput spreads sends evenly over a minute after a burst of one second', () => {
  let next = 0;
  const times = Array.from({ length: 5 }, () => {
    const slot = takeSlot(next, 60, noon);
    next = slot.next;
    return slot.at - noon;
  });
  expect(times).toEqual([0, 0, 1_000, 2_000, 3_000]);
});
