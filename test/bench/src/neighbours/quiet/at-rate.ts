import { setTimeout as sleep } from 'node:timers/promises';

/** Begins a task every `everyMs`, whether or not earlier tasks have ended. Resolves when all tasks have ended. */
export async function atRate(seconds: number, everyMs: number, begin: (turn: number) => Promise<void>): Promise<void> {
  const startedAt = performance.now();
  const tasks: Promise<void>[] = [];
  const count = Math.floor((seconds * 1_000) / everyMs);
  for (let turn = 0; turn < count; turn += 1) {
    tasks.push(begin(turn));
    await sleep(Math.max(0, startedAt + (turn + 1) * everyMs - performance.now()));
  }
  await Promise.all(tasks);
}
