import { execFile } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { expect, test } from '@jest/globals';

const main = fileURLToPath(new URL('../src/main.ts', import.meta.url));

test('without a cluster the command explains how to get one', async () => {
  const { code, output } = await run([], {});
  expect(code).toBe(2);
  expect(output).toMatch(/set KUBECONFIG .*kind create cluster/s);
});

test('its help names every option, with a cluster or without', async () => {
  const { code, output } = await run(['--help'], {});
  expect(code).toBe(0);
  for (const option of ['--image-prefix', '--tag', '--postgres-image', '--without-policies']) {
    expect(output).toContain(option);
  }
});

test('a misspelled option is refused by name', async () => {
  const { code, output } = await run(['--tags', '1'], { KUBECONFIG: 'any' });
  expect(code).toBe(2);
  expect(output).toContain('--tags');
});

test('a cluster that does not answer is reported, and no step counts as shown', async () => {
  const { code, output } = await run([], { KUBECONFIG: '/nowhere/kubeconfig', PATH: '/nowhere' });
  expect(code).toBe(1);
  expect(output).toContain('NOT everything was shown.');
});

function run(words: string[], env: NodeJS.ProcessEnv): Promise<{ code: number; output: string }> {
  return new Promise((resolve) => {
    execFile(process.execPath, [main, ...words], { env: { PATH: process.env['PATH'], ...env } }, (error, out, err) =>
      resolve({ code: error === null ? 0 : Number(error.code), output: out + err }),
    );
  });
}
