import { jest } from '@jest/globals';

/** Holds the looks at readers, which only `jest.advanceTimersByTime` moves from now on. Every other timer goes on. */
export function holdLooks(): void {
  jest.useFakeTimers({
    doNotFake: [
      ...(['Date', 'hrtime', 'nextTick', 'performance', 'queueMicrotask'] as const),
      ...(['setImmediate', 'clearImmediate', 'setTimeout', 'clearTimeout'] as const),
    ],
  });
}
