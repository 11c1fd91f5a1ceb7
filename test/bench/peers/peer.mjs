// The common frame of all peer programs: it prepares, reports that it is ready, waits for the signal, works, and
// reports the result.
import process from 'node:process';

/** The options of the run. The bench passes them as a JSON argument. */
export const config = JSON.parse(process.argv[2] ?? '{}');

/** Reports the result of `work`, an object of figures, and its duration. */
export async function measure(work) {
  const told = new Promise((resolve) => process.once('message', resolve));
  process.send({ ready: true });
  await told;
  const startedAt = performance.now();
  const report = await work();
  const seconds = (performance.now() - startedAt) / 1000;
  process.send({ ...report, seconds });
}

process.on('disconnect', () => process.exit());
