import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, globSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { isListening } from '@drippulse/servers';
import { expect, test } from '@jest/globals';
import { eventually } from '../src/index.ts';

test('one server of each kind serves all processes of a run, and ends when the run is killed', async () => {
  const run = spawn(process.execPath, [path.join(import.meta.dirname, 'sharing-process.ts')], {
    env: { ...process.env, TEST_DATABASE_URL: '', TEST_REDIS_URL: '' },
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  const [line] = await once(run.stdout, 'data');
  const [own, workers]: string[][] = JSON.parse(String(line));
  expect(workers).toEqual(own);
  const ports = (own ?? []).filter((url) => url !== '').map((url) => Number(new URL(url).port));
  for (const port of ports) expect(await isListening(port)).toBe(true);

  const [folder = ''] = globSync(path.join(os.tmpdir(), `drippulse-run-${run.pid}_*`));
  expect(existsSync(path.join(folder, 'postgres'))).toBe(true);
  run.kill('SIGKILL');
  await eventually(async () => {
    for (const port of ports) expect(await isListening(port)).toBe(false);
    expect(existsSync(folder)).toBe(false);
  });
});
