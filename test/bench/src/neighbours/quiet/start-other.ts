import { atRate } from './at-rate.ts';
import { addFailure, addTime, emptyTimes, type Work, type Worker } from './work.ts';

/** Starts a further quiet organization, which does one kind of work. */
export async function startOther(base: string, token: string, { kind, everyMs, prepare }: Work): Promise<Worker> {
  const once = await prepare(base, token);
  let turns = 0;
  return {
    async work(seconds) {
      const times = emptyTimes();
      await atRate(seconds, everyMs, async () => {
        turns += 1;
        const startedAt = performance.now();
        try {
          await once(turns);
          addTime(times, kind, performance.now() - startedAt);
        } catch (cause) {
          addFailure(times, cause);
        }
      });
      return times;
    },
    stop: () => undefined,
  };
}
