import { expect, jest, test } from '@jest/globals';
import { convertInTurns } from './convert-in-turns.ts';

const rows = Array.from({ length: 100 }, (_, index) => index);

/** Counts the turns of the event loop during a conversion of rows. Each row takes `rowMs`. */
async function turnsOf(rowMs: number) {
  let now = 0;
  const clock = jest.spyOn(performance, 'now').mockImplementation(() => now);
  let [turns, isOver] = [0, false];
  const count = () => {
    turns += 1;
    if (!isOver) setImmediate(count);
  };
  setImmediate(count);
  const convert = (row: number) => {
    now += rowMs;
    return row * 2;
  };
  const messages = await convertInTurns(rows, convert, new AbortController().signal);
  isOver = true;
  clock.mockRestore();
  return { messages, turns };
}

test('rows that take long are converted in turns, and a few that do not in one', async () => {
  const messages = rows.map((row) => row * 2);
  expect(await turnsOf(0.01)).toEqual({ messages, turns: 0 });
  const long = await turnsOf(2.5);
  expect(long.messages).toEqual(messages);
  expect(long.turns).toBeGreaterThanOrEqual(50);
});

test('no row is converted after the caller has left', async () => {
  const leaving = new AbortController();
  const gone = new Error('the caller went away');
  const converted: number[] = [];
  const convert = (row: number) => {
    converted.push(row);
    if (row === 2) leaving.abort(gone);
  };
  await expect(convertInTurns(rows, convert, leaving.signal)).rejects.toBe(gone);
  expect(converted).toEqual([0, 1, 2]);
});
