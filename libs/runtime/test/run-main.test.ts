import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { expect, test } from '@jest/globals';

/** Runs `body` as the start function of a process of its own; resolves when it has printed `ready`. */
async function startProcess(body: string): Promise<{ child: ChildProcess; output: () => string }> {
  const index = new URL('../src/index.ts', import.meta.url).href;
  const script = `import { ConfigError, runMain } from '${index}'; await runMain(async () => { ${body} });`;
  const child = spawn(process.execPath, ['--input-type=module-typescript', '-e', script]);
  let text = '';
  for (const stream of [child.stdout, child.stderr]) stream?.on('data', (chunk) => (text += chunk));
  if (body.includes("'ready'")) while (!text.includes('ready')) await once(child.stdout, 'data');
  return { child, output: () => text };
}

const idle = 'const timer = setInterval(() => undefined, 1000);';

test.each(['SIGINT', 'SIGTERM'] as const)('%s stops what was started, and the process ends well', async (signal) => {
  const { child, output } = await startProcess(
    `${idle} console.log('ready'); return { async stop() { clearInterval(timer); console.log('stopped'); } };`,
  );
  child.kill(signal);
  // Under npm the same signal arrives twice.
  child.kill(signal);
  expect(await once(child, 'close')).toEqual([0, null]);
  expect(output()).toContain('stopped');
});

test('a process that stops at once still takes the repeat of the signal that ended it', async () => {
  const { child } = await startProcess(
    `${idle} console.log('ready'); return { async stop() { clearInterval(timer); console.log('stopped'); } };`,
  );
  const closed = once(child, 'close');
  child.stdout?.on('data', (text) => String(text).includes('stopped') && child.kill('SIGINT'));
  child.kill('SIGINT');
  expect(await closed).toEqual([0, null]);
});

test('a second signal more than a second later ends a process that hangs in its stop', async () => {
  const { child } = await startProcess(
    `${idle} console.log('ready'); return { stop: () => new Promise(() => undefined) };`,
  );
  const closed = once(child, 'close');
  child.kill('SIGINT');
  const again = setInterval(() => child.kill('SIGINT'), 200);
  expect(await closed).toEqual([130, null]);
  clearInterval(again);
});

test('a start that fails for its configuration says so without a stack, and ends with 1 whatever it left open', async () => {
  const { child, output } = await startProcess(`${idle} throw new ConfigError(['PORT: is taken']);`);
  expect(await once(child, 'close')).toEqual([1, null]);
  expect(output()).toBe('The configuration is not valid:\n  PORT: is taken\n');
});

test('what a stop has left open does not keep the process alive', async () => {
  const { child } = await startProcess(`${idle} console.log('ready'); return { async stop() {} };`);
  child.kill('SIGTERM');
  expect(await once(child, 'close')).toEqual([0, null]);
});
