import { rmSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import process from 'node:process';
import { TestEnvironment } from 'jest-environment-node';

/** Writes down which process runs a suite, so that it can be ended when the suite hangs. */
export default class extends TestEnvironment {
  #file;

  constructor(config, context) {
    super(config, context);
    const folder = process.env.TEST_WORKERS_FOLDER;
    if (folder === undefined) return;
    this.#file = path.join(folder, String(process.pid));
    writeFileSync(this.#file, context.testPath);
  }

  async teardown() {
    if (this.#file !== undefined) rmSync(this.#file, { force: true });
    await super.teardown();
  }
}
