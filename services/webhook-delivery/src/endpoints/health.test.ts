import { expect, test } from '@jest/globals';
import { type Health, type Judgement, judge, newHealth, type Verdict } from './health.ts';

const start = new Date('2026-11-25T12:00:00.000Z');
const after = (seconds: number) => new Date(start.getTime() + seconds * 1000);
const success: Verdict = { isSuccess: true, asksToStop: false, isGone: false, isQuiet: false, at: start };
const failure: Verdict = { ...success, isSuccess: false };

/** Judges verdicts whose attempts are one second apart. */
function judgeAll(verdicts: Verdict[], from: Health = newHealth): Judgement[] {
  const steps: Judgement[] = [];
  for (const [index, verdict] of verdicts.entries()) {
    steps.push(judge(steps.at(-1)?.health ?? from, { ...verdict, at: after(index) }));
  }
  return steps;
}

const times = (count: number, verdict: Verdict) => Array.from({ length: count }, () => verdict);

test('the fourth failure in a row raises failing, once', () => {
  const steps = judgeAll(times(8, failure));
  expect(steps.map((step) => step.raises)).toEqual([
    undefined,
    undefined,
    undefined,
    'failing',
    undefined,
    undefined,
    undefined,
    undefined,
  ]);
});

test('three failures and a success raise nothing', () => {
  const steps = judgeAll([...times(3, failure), success, ...times(3, failure), success]);
  expect(steps.flatMap((step) => step.raises ?? [])).toEqual([]);
});

test('the first success of a failing endpoint raises recovered, once', () => {
  const steps = judgeAll([...times(4, failure), success, success]);
  expect(steps.flatMap((step) => step.raises ?? [])).toEqual(['failing', 'recovered']);
});

test('attempts of events about endpoints raise nothing, and the next attempt of another event does it in their place', () => {
  const quiet = { ...failure, isQuiet: true };
  const steps = judgeAll([...times(6, quiet), failure, { ...success, isQuiet: true }, success]);
  expect(steps.map((step) => step.raises).slice(6)).toEqual(['failing', undefined, 'recovered']);
});

test('410 disables as gone at once', () => {
  expect(judge(newHealth, { ...failure, asksToStop: false, isGone: true }).disables).toBe('gone');
});

test('five days of nothing but failures disable, a success in between starts the count anew', () => {
  const day = 86_400;
  const first = judge(newHealth, { ...failure, at: after(0) }).health;
  expect(judge(first, { ...failure, at: after(5 * day - 1) }).disables).toBeUndefined();
  expect(judge(first, { ...failure, at: after(5 * day) }).disables).toBe('failing');
  const healed = judge(first, { ...success, at: after(day) }).health;
  const failedAgain = judge(healed, { ...failure, at: after(5 * day) }).health;
  expect(judge(failedAgain, { ...failure, at: after(6 * day) }).disables).toBeUndefined();
});

test('the circuit opens for a minute at 70 % failures of at least ten', () => {
  const nine = judgeAll(times(9, failure));
  expect(nine.some((step) => step.opensCircuitUntil)).toBe(false);
  const ten = judgeAll([...times(3, success), ...times(7, failure)]);
  expect(ten.at(-1)?.opensCircuitUntil).toEqual(after(9 + 60));
  const fewer = judgeAll([...times(4, success), ...times(6, failure)]);
  expect(fewer.at(-1)?.opensCircuitUntil).toBeUndefined();
});

test('failures that are more than five minutes apart do not open the circuit', () => {
  let health = newHealth;
  for (let index = 0; index < 30; index += 1) {
    const step = judge(health, { ...failure, at: after(index * 301) });
    expect(step.opensCircuitUntil).toBeUndefined();
    health = step.health;
  }
});

test('one failure after an open circuit opens it again, one success closes it for good', () => {
  const open = judgeAll(times(10, failure)).at(-1)?.health ?? newHealth;
  const again = judge(open, { ...failure, at: after(3600) });
  expect(again.opensCircuitUntil).toEqual(after(3660));
  const closed = judge(open, { ...success, at: after(3600) }).health;
  expect(closed.isCircuitOpen).toBe(false);
  expect(judge(closed, { ...failure, at: after(3601) }).opensCircuitUntil).toBeUndefined();
});
