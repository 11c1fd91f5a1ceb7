import { type Profiler, Session } from 'node:inspector';

/**
 * Starts counting the work of code: the number of times that V8 enters the code's blocks, including loops. Only code
 * that is loaded afterwards is counted block by block, so import the code later. The counts depend only on the input,
 * not on the machine. Work within built-in functions is not counted. Until `stop`, errors have no stacks, because
 * otherwise jest would run code of its own to print them.
 */
export function startCounting(): { workOf(run: () => unknown): Promise<number>; stop(): void } {
  const { stackTraceLimit } = Error;
  Error.stackTraceLimit = 0;
  const session = new Session();
  session.connect();
  session.post('Profiler.enable');
  session.post('Profiler.startPreciseCoverage', { callCount: true, detailed: true });

  /** Returns the number of blocks entered since the last call. */
  function take(): Promise<number> {
    return new Promise((resolve, reject) => {
      session.post(
        'Profiler.takePreciseCoverage',
        (error: Error | null, { result }: Profiler.TakePreciseCoverageReturnType) => {
          if (error !== null) return reject(error);
          const ranges = result.flatMap(({ functions }) => functions.flatMap((each) => each.ranges));
          return resolve(ranges.reduce((sum, { count }) => sum + count, 0));
        },
      );
    });
  }

  return {
    async workOf(run) {
      await take();
      await run();
      return take();
    },
    stop() {
      session.disconnect();
      Error.stackTraceLimit = stackTraceLimit;
    },
  };
}
