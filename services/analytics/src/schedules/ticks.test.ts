import { expect, test } from '@jest/globals';
import { parametersOfTick, scheduleProblems, tickAfter } from './ticks.ts';

const now = new Date('2026-11-27T10:00:00Z');

test.each([
  ['hourly', 'UTC', []],
  ['0 8 * * 1', 'Europe/Amsterdam', []],
  ['0 0 1 * *', 'Asia/Kathmandu', []],
  ['*/30 * * * *', 'UTC', ['range']],
  ['0,30 8 * * *', 'UTC', ['range']],
  ['0 0 30 2 *', 'UTC', ['invalid']],
  ['* * *', 'UTC', ['format']],
  ['0 8 * * 1', 'Mars/Olympus', ['format']],
  [`0 8 * * ${'1,'.repeat(5_000)}1`, 'UTC', ['length']],
])('a schedule of %s in %s is judged', (cron, timezone, codes) => {
  expect(scheduleProblems({ cron, timezone }, now).map(({ code }) => code)).toEqual(codes);
});

test('a tick is a local time, before and after clocks change, and none comes while the schedule is paused', () => {
  const schedule = { cron: '30 2 * * *', timezone: 'Europe/Amsterdam', paused: false };
  const ticks = (...after: string[]) => after.map((time) => tickAfter(schedule, new Date(time))?.toISOString());
  expect(ticks('2026-03-28T12:00:00Z', '2026-03-29T12:00:00Z', '2026-10-24T12:00:00Z', '2026-10-25T12:00:00Z')).toEqual(
    ['2026-03-29T01:00:00.000Z', '2026-03-30T00:30:00.000Z', '2026-10-25T00:30:00.000Z', '2026-10-26T01:30:00.000Z'],
  );
  expect(tickAfter({ ...schedule, paused: true }, now)).toBeNull();
});

test('the period of a tick ends with it, and has the same days when clocks change within it', () => {
  const given = {
    from: new Date('2026-10-05T22:00:00Z'),
    to: new Date('2026-10-12T22:00:00Z'),
    workflowId: 12n,
    bom: true,
  };
  const tick = new Date('2026-10-26T23:00:00Z');
  expect(parametersOfTick(given, tick, 'Europe/Amsterdam')).toEqual({
    from: new Date('2026-10-19T22:00:00Z'),
    to: tick,
    workflowId: 12n,
    bom: true,
  });
});
