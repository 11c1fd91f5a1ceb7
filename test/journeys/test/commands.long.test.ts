import { rmSync } from 'node:fs';
import path from 'node:path';
import { type RunningPlatform, runCommand, startLayout } from '@drippulse/harness';
import { afterAll, beforeAll, expect, test } from '@jest/globals';

let platform: RunningPlatform;
beforeAll(async () => {
  platform = await startLayout('start');
});
afterAll(async () => {
  await platform?.dispose();
  rmSync(`${platform?.dataDir}-beside`, { recursive: true, force: true });
});

test.each<[string, (folder: string) => Record<string, string>, RegExp]>([
  [
    'a data folder that is a file',
    (folder) => ({ DATA_DIR: path.join(folder, 'secrets.json') }),
    /DATA_DIR=.* is not a folder/,
  ],
  [
    'a host that there is not',
    () => ({ HOST: 'no-such-host.invalid', PORT: '1' }),
    /is not an address of this machine/,
  ],
  [
    'a taken operations port',
    () => ({ OPS_PORT: new URL(platform.opsUrl).port, DATA_DIR: `${platform.dataDir}-beside` }),
    /Port \d+ on 127\.0\.0\.1 is taken.*OPS_PORT/,
  ],
  [
    'a database that is away',
    () => ({ DATABASE_URL: 'postgres://a@127.0.0.1:1/a', DATA_DIR: `${platform.dataDir}-beside` }),
    /DATABASE_URL does not answer/,
  ],
])('%s is reported in a sentence, not a stack', async (_name, env, sentence) => {
  const { code, output } = await runCommand('deploy/local/src/main.ts', [], { PORT: '0', ...env(platform.dataDir) });
  expect([code, output]).toEqual([1, expect.stringMatching(sentence)]);
  expect(output).not.toMatch(/\n\s+at /);
});
