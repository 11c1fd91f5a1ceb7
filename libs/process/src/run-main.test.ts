import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { expect, test } from '@jest/globals';

const program = `
  import { runMain } from ${JSON.stringify(new URL('index.ts', import.meta.url).href)};
  await runMain(async () => {
    const timer = setInterval(() => undefined, 1000);
    process.send('started');
    return { stop: async () => { clearInterval(timer); console.log('stopped'); } };
  });`;

test('a process that was started with a channel stops when its parent is gone', async () => {
  const child = spawn(process.execPath, ['--input-type=module', '--eval', program], {
    stdio: ['ignore', 'pipe', 'inherit', 'ipc'],
  });
  let output = '';
  child.stdout.on('data', (text) => (output += text));
  await once(child, 'message');
  // The kernel closes the channel of a parent that was killed.
  child.disconnect();
  const [[code]] = await Promise.all([once(child, 'exit'), once(child.stdout, 'end')]);
  expect([code, output]).toEqual([0, 'stopped\n']);
});
