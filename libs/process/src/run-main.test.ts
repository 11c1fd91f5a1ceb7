import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { expect, test } from '@jest/globals';

const program = `
  import { runMain } from ${JSON.stringify(new URL('index.ts', import.meta.url).href)};
  await runMain(async () => {
    const timer = setInterval(() => undefined, 1000);
    process.send('started');
    return { stop: async () => { clearInterval(timer); process.exitCode = 7; } };
  });`;

test('a process that was started with a channel stops when its parent is gone', async () => {
  const child = spawn(process.execPath, ['--input-type=module', '--eval', program], {
    stdio: ['ignore', 'inherit', 'inherit', 'ipc'],
  });
  await once(child, 'message');
  // When a parent dies, the kernel closes the channel. Disconnecting has the same effect.
  child.disconnect();
  expect(await once(child, 'exit')).toEqual([7, null]);
});
