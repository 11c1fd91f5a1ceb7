import { rmSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import process from 'node:process';
import { setTimeout as sleep } from 'node:timers/promises';
import { TestEnvironment } from 'jest-environment-node';

/** Milliseconds within which connections and processes that were ended must be gone. */
const graceMs = 10_000;

/**
 * The environment of a suite. It records which process runs the suite, so that the process can be ended when the suite
 * hangs. A suite fails if it leaves a pool, a timer, a loop or a process behind, because this would run alongside the
 * worker's next suite.
 */
export default class extends TestEnvironment {
  #file;
  #before = activeResources();

  constructor(config, context) {
    super(config, context);
    const folder = process.env.TEST_WORKERS_FOLDER;
    if (folder === undefined) return;
    this.#file = path.join(folder, String(process.pid));
    writeFileSync(this.#file, context.testPath);
  }

  async handleTestEvent({ name }) {
    if (name !== 'run_finish') return;
    const end = Date.now() + graceMs;
    for (let pauseMs = 1; left(this.#before).length > 0; pauseMs = Math.min(pauseMs * 2, 100)) {
      if (Date.now() > end) throw new Error(`The suite left behind: ${left(this.#before).join(', ')}.`);
      await sleep(pauseMs, undefined, { ref: false });
    }
  }

  async teardown() {
    if (this.#file !== undefined) rmSync(this.#file, { force: true });
    await super.teardown();
  }
}

/** Returns the resources that keep the process alive: sockets, servers, timers, processes. */
function activeResources() {
  const counts = new Map();
  for (const kind of process.getActiveResourcesInfo()) counts.set(kind, (counts.get(kind) ?? 0) + 1);
  return counts;
}

function left(before) {
  return [...activeResources()]
    .filter(([kind, count]) => count > (before.get(kind) ?? 0))
    .map(([kind, count]) => `${count - (before.get(kind) ?? 0)} ${kind}`)
    .sort();
}
