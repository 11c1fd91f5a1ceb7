// What every peer's program does: prepare, say so, wait for the word, work, report what came of it.
import process from 'node:process';

/** What the bench asks for. */
export const config = JSON.parse(process.argv[2] ?? '{}');

/** Reports what `work` answers, which is an object of figures, and how long it took. */
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
