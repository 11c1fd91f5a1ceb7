import { setTimeout as sleep } from 'node:timers/promises';

/** Units of work of the engine between two rests: about 12 ms. */
const turnUnits = 1024 * 1024;

/** Does work in steps that yield their units, and rests as long as it worked whenever that was much: others are served meanwhile. */
export async function withRests<T>(steps: Generator<number, T>): Promise<T> {
  let work = 0;
  for (let beganAt = performance.now(); ; ) {
    const step = steps.next();
    if (step.done) return step.value;
    work += step.value;
    if (work < turnUnits) continue;
    await sleep(performance.now() - beganAt);
    work = 0;
    beganAt = performance.now();
  }
}
