import { afterEach, expect, jest, test } from '@jest/globals';
import { backoffMs, type Loop, loopRuns, mostIdleMs, startLoop } from './loop.ts';

const lines: string[] = [];
const log = {
  error: (_fields: object, message: string) => lines.push(message),
  info: (_fields: object, message: string) => lines.push(message),
};
let loop: Loop | undefined;
afterEach(async () => {
  await loop?.stop();
  jest.useRealTimers();
  lines.length = 0;
});

/** Starts a loop whose runs the test observes as they begin. */
function watched(run: (count: number, signal: AbortSignal) => Promise<number | undefined>, maxIdleMs?: number) {
  let count = 0;
  let next = Promise.withResolvers<number>();
  loop = startLoop({
    name: 'test',
    log,
    ...(maxIdleMs !== undefined && { maxIdleMs }),
    run(signal) {
      count += 1;
      next.resolve(count);
      next = Promise.withResolvers();
      return run(count, signal);
    },
  });
  return { nextRun: () => next.promise, runs: () => count, loop };
}

/** Stops the timers, so that time passes only when a test advances it. */
function stopTimers(): void {
  jest.useFakeTimers({ doNotFake: ['hrtime', 'nextTick', 'performance', 'queueMicrotask', 'setImmediate'] });
}

/** Turns the event loop until a run has ended and the loop sleeps. */
async function untilAsleep(): Promise<void> {
  do await new Promise((resolve) => setImmediate(resolve));
  while (jest.getTimerCount() === 0);
}

/** Advances time, then lets the due runs happen. */
async function pass(ms: number): Promise<void> {
  jest.advanceTimersByTime(ms);
  await untilAsleep();
}

test.each([
  { what: 'until the due time that the run named', dueMs: 300, maxIdleMs: 1000 },
  { what: 'no longer than the idle time', dueMs: 3_600_000, maxIdleMs: 300 },
])('it sleeps $what', async ({ dueMs, maxIdleMs }) => {
  stopTimers();
  const { runs } = watched(async () => dueMs, maxIdleMs);
  await untilAsleep();
  await pass(299);
  expect(runs()).toBe(1);
  await pass(1);
  expect(runs()).toBe(2);
});

test('the longer a loop has had no work, the less often it looks', () => {
  expect([0, 9, 10, 19, 20, 1000].map(mostIdleMs)).toEqual([1000, 1000, 3000, 3000, 10_000, 10_000]);
});

test('waking a loop runs it now', async () => {
  const { nextRun, loop } = watched(async () => undefined, 3_600_000);
  loop.wake();
  await nextRun();
});

test('waking a loop during a run causes one more run', async () => {
  const running = Promise.withResolvers<void>();
  const { nextRun, loop } = watched(async (count) => {
    if (count === 1) await running.promise;
    return undefined;
  }, 3_600_000);
  loop.wake();
  running.resolve();
  expect(await nextRun()).toBe(2);
});

test('a run with more to do is repeated at once, without starving the rest of the process', async () => {
  const { nextRun, runs } = watched(async (count) => (count < 100 ? 0 : undefined), 3_600_000);
  const runsBeforeTurn = new Promise((resolve) => setImmediate(() => resolve(runs())));
  while ((await nextRun()) < 100);
  expect(await runsBeforeTurn).toBeLessThan(100);
});

test('failures in a row are logged once and repeated after pauses through which nothing wakes it', async () => {
  stopTimers();
  const { runs, loop } = watched(async (count) => {
    if (count <= 3) throw new Error('no');
    return undefined;
  });
  await untilAsleep();
  for (const [failures, longestMs] of [100, 200, 400].entries()) {
    expect(runs()).toBe(failures + 1);
    loop.wake();
    await pass(longestMs / 2 - 1);
    expect(runs()).toBe(failures + 1);
    await pass(longestMs / 2 + 1);
  }
  expect(runs()).toBe(4);
  expect(lines).toEqual(['loop failed, trying again', 'loop works again']);
});

test('the pauses double from a tenth of a second to five, and shrink by half at most', () => {
  expect([1, 2, 3, 6, 7, 100].map((failures) => backoffMs(failures, 1))).toEqual([100, 200, 400, 3200, 5000, 5000]);
  expect([1, 100].map((failures) => backoffMs(failures, 0))).toEqual([50, 2500]);
});

test('stopping a loop aborts the run and waits for its end', async () => {
  let hasEnded = false;
  const { loop } = watched(async (_count, signal) => {
    await new Promise((resolve) => signal.addEventListener('abort', resolve));
    await new Promise((resolve) => setImmediate(resolve));
    hasEnded = true;
    throw signal.reason;
  });
  await loop.stop();
  expect(hasEnded).toBe(true);
  expect(lines).toEqual([]);
});

test('the channel gets each run with its duration and result', async () => {
  const runs: unknown[] = [];
  const listen = (run: unknown) => runs.push(run);
  loopRuns.subscribe(listen);
  const { nextRun } = watched(async (count) => {
    if (count === 2) throw new Error('planted');
    return 0;
  });
  while ((await nextRun()) < 3);
  loopRuns.unsubscribe(listen);
  expect(runs.slice(0, 2)).toEqual([
    { loop: 'test', result: 'ok', durationMs: expect.any(Number) },
    { loop: 'test', result: 'failed', durationMs: expect.any(Number) },
  ]);
});
