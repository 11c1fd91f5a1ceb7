import { rmSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { afterAll, afterEach, beforeAll, expect, test } from '@jest/globals';
import { copyTree, type TreeCopy } from '../src/tree-copy.ts';

const always = "test('always fails', () => { throw new Error('broken for good'); });";
const once = `
import { existsSync, writeFileSync } from 'node:fs';
test('fails once', () => {
  const mark = new URL('failed-once', import.meta.url);
  if (existsSync(mark)) return;
  writeFileSync(mark, '');
  throw new Error('by chance');
});`;
const hanging = "test('passes', () => undefined);\ntest('never ends', () => { for (;;); });";

let copy: TreeCopy;
const added: string[] = [];
beforeAll(() => {
  copy = copyTree();
});
afterEach(() => {
  for (const file of added.splice(0)) rmSync(path.join(copy.root, file));
});
afterAll(() => copy?.remove());

test('a test that fails once by chance passes on its second run, and a line says so', async () => {
  add('once', once);
  const output = await npmTest();
  expect(output).toContain('by chance');
  expect(output).toContain('PASSED ON SECOND RUN  libs/errors/src/once.test.ts › fails once');
  expect(output).toMatch(/^\d+ passed, 0 failed, 0 skipped$/m);
});

test('with FLAKY=fail the first failure stands', async () => {
  rmSync(path.join(copy.root, 'libs/errors/src/failed-once'), { force: true });
  add('once', once);
  await expect(npmTest({ FLAKY: 'fail' })).rejects.toThrow(
    /^FAILED {3}libs\/errors\/src\/once\.test\.ts › fails once$/m,
  );
});

test('a test that always fails, fails the run', async () => {
  add('always', always);
  const failure = npmTest();
  await expect(failure).rejects.toThrow(/always\.test\.ts a second time/);
  await expect(failure).rejects.toThrow(/^FAILED {3}libs\/errors\/src\/always\.test\.ts › always fails$/m);
});

test('eleven broken suites get no second run', async () => {
  for (let n = 0; n < 11; n += 1) add(`always-${n}`, always);
  const failure = npmTest();
  await expect(failure).rejects.toThrow(/, 11 failed,/);
  await expect(failure).rejects.not.toThrow(/a second time/);
});

test('a suite that hangs ends at its ceiling with its name and test, and the others go on', async () => {
  add('hanging', hanging);
  add('passing', "test('passes', () => undefined);");
  const run = `
    import { runSuites } from './scripts/testing/run-suites.mjs';
    const files = ['libs/errors/src/hanging.test.ts', 'libs/errors/src/passing.test.ts'];
    const onEnd = ({ file, failure = 'passed' }) => console.log(file + ': ' + failure.split('\\n')[0]);
    await runSuites(files, { workers: 1, ceilingMs: 6_000, env: {}, onEnd });`;
  const output = await copy.run(['node', '--input-type=module', '-e', run]);
  expect(output).toContain(
    'hanging.test.ts: The suite took longer than 0.1 minutes and was ended in the test "never ends".',
  );
  expect(output).toContain('passing.test.ts: passed');
});

test('a suite that leaves a timer and a server running fails, and says so', async () => {
  add(
    'leaving',
    "import { createServer } from 'node:http';\ntest('leaves', () => { setInterval(() => undefined, 1e6); createServer().listen(0); });",
  );
  await expect(npmTest({ FLAKY: 'fail' })).rejects.toThrow(/The suite left behind: 1 TCPServerWrap, 1 Timeout\./);
});

function add(name: string, text: string): void {
  const file = `libs/errors/src/${name}.test.ts`;
  writeFileSync(path.join(copy.root, file), `import { test } from '@jest/globals';\n${text}\n`);
  added.push(file);
}

function npmTest(env: Record<string, string> = {}): Promise<string> {
  return copy.run(['node', 'scripts/test.mjs', 'errors'], { env });
}
