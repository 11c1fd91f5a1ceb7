import { execFile } from 'node:child_process';
import path from 'node:path';
import { promisify } from 'node:util';

const run = promisify(execFile);
const leastMajor = 17;

/** Finds the `java` of JAVA_HOME, else of the PATH, if it is version 17 or newer. */
export async function findJava(): Promise<string | undefined> {
  const home = process.env['JAVA_HOME'];
  for (const java of [...(home ? [path.join(home, 'bin', 'java')] : []), 'java']) {
    const words = await run(java, ['-version']).then(
      ({ stderr }) => stderr,
      () => '',
    );
    if (Number(/version "(\d+)/.exec(words)?.[1] ?? 0) >= leastMajor) return java;
  }
  return undefined;
}
