import { expect, test } from '@jest/globals';
import fc from 'fast-check';
import { decideSend } from './decide.ts';
import { noRules, type SendingRules } from './rules.ts';
import { type AskedSend, goesBefore } from './sends.ts';

const hour = 3_600_000;
const begin = Date.parse('2026-03-26T00:00:00Z');
const zones = ['UTC', 'Europe/Berlin', 'Asia/Kathmandu', 'Australia/Lord_Howe'];

const someRules = fc.record({
  limit: fc.integer({ min: 1, max: 3 }),
  hours: fc.integer({ min: 1, max: 48 }),
  gapMinutes: fc.integer({ min: 0, max: 300 }),
  isQuiet: fc.boolean(),
});
const someSend = fc.record({
  delayHours: fc.integer({ min: 0, max: 72 }),
  priority: fc.integer({ min: 0, max: 3 }),
  zone: fc.constantFrom(...zones),
});

test('the sends of a contact never exceed cap, gap or quiet hours, each is sent in the end, and none takes the place of a better one', () => {
  fc.assert(
    fc.property(someRules, fc.array(someSend, { minLength: 1, maxLength: 12 }), (given, sends) => {
      const rules: SendingRules = {
        ...noRules,
        caps: [
          {
            id: 'c',
            channel: null,
            category: null,
            limit: given.limit,
            per: { duration: given.hours, unit: 'hours' },
            window: 'rolling',
          },
        ],
        minGap: given.gapMinutes === 0 ? null : { duration: given.gapMinutes, unit: 'minutes' },
        quietHours: given.isQuiet ? [{ channel: null, from: '22:00', to: '07:00', days: [] }] : [],
        maxHold: { duration: 30, unit: 'days' },
      };
      const timezone = sends[0]?.zone ?? 'UTC';
      const waiting: AskedSend[] = sends.map(({ delayHours, priority }, index) => {
        const plannedAt = begin + delayHours * hour;
        const owner = { workflowId: BigInt(index), enrollmentId: BigInt(index) };
        const kind = { channel: 'email', category: null, class: 'marketing' } as const;
        const how = { timezone, onCapped: 'hold', isPlaced: false, spreadMs: 0, expiresAt: null } as const;
        return { ...owner, ...kind, ...how, key: String(index), priority, plannedAt, dueAt: plannedAt };
      });
      const placed: (AskedSend & { at: number })[] = [];
      for (let asked = 0; waiting.length > 0; asked++) {
        expect(asked).toBeLessThan(2_000);
        // The send that is due first is decided first, regardless of priority, as in real processes.
        waiting.sort((a, b) => a.dueAt - b.dueAt || b.enrollmentId.toString().localeCompare(a.enrollmentId.toString()));
        const [send] = waiting;
        if (send === undefined) break;
        const now = send.dueAt;
        const others = waiting.filter((one) => one !== send && one.plannedAt <= now);
        const decision = decideSend(rules, send, { placed, planned: others }, now);
        if (decision.kind === 'hold') {
          expect(decision.until).toBeGreaterThan(now);
          waiting[0] = { ...send, dueAt: decision.until };
          continue;
        }
        expect(decision).toEqual({ kind: 'send' });
        const better = others.filter((one) => one.dueAt <= now && goesBefore(one, send)).length;
        const taken = placed.filter(({ at }) => at > now - given.hours * hour).length;
        expect(better + taken).toBeLessThan(given.limit);
        if (given.gapMinutes > 0) expect(better).toBe(0);
        waiting.shift();
        placed.push({ ...send, at: now });
      }
      expect(placed).toHaveLength(sends.length);
      for (const { at } of placed) {
        const inWindow = placed.filter((one) => one.at <= at && one.at > at - given.hours * hour);
        expect(inWindow.length).toBeLessThanOrEqual(given.limit);
        const local = new Intl.DateTimeFormat('en-GB', {
          timeZone: timezone,
          hour: '2-digit',
          hourCycle: 'h23',
        }).format(at);
        if (given.isQuiet) expect(Number(local) >= 7 && Number(local) < 22).toBe(true);
      }
      const times = placed.map(({ at }) => at).sort((a, b) => a - b);
      for (const [index, at] of times.entries()) {
        if (index > 0) expect(at - (times[index - 1] ?? 0)).toBeGreaterThanOrEqual(given.gapMinutes * 60_000);
      }
    }),
    { numRuns: 60 },
  );
});
