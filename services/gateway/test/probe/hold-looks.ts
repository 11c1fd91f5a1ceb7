import { jest } from '@jest/globals';

/**
 * Stops the periodic checks of readers: from now on, only `jest.advanceTimersByTime` triggers them. All other timers
 * continue.
 */
export function holdLooks(): void {
  jest.useFakeTimers({
    doNotFake: [
      ...(['Date', 'hrtime', 'nextTick', 'performance', 'queueMicrotask'] as const),
      ...(['setImmediate', 'clearImmediate', 'setTimeout', 'clearTimeout'] as const),
    ],
  });
}
