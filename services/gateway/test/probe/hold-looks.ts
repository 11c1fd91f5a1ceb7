import { jest } from '@jest/globals';

/**
 * Stops the checks of readers: only `jest.advanceTimersByTime` triggers them from now on. Every other timer continues.
 */
export function holdLooks(): void {
  jest.useFakeTimers({
    doNotFake: [
      ...(['Date', 'hrtime', 'nextTick', 'performance', 'queueMicrotask'] as const),
      ...(['setImmediate', 'clearImmediate', 'setTimeout', 'clearTimeout'] as const),
    ],
  });
}
