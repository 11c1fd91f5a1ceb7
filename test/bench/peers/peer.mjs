// What every peer's program does: prepare, say so, wait for the word, work, report steps and seconds.
import process from 'node:process';

/** What the bench asks for. */
export const config = JSON.parse(process.argv[2] ?? '{}');

/** Reports how long `work` took, which answers the number of steps it took. */
export async function measure(work) {
  const told = new Promise((resolve) => process.once('message', resolve));
  process.send({ ready: true });
  await told;
  const startedAt = performance.now();
  const steps = await work();
  const seconds = (performance.now() - startedAt) / 1000;
  process.send({ steps, seconds });
}

process.on('disconnect', () => process.exit());
