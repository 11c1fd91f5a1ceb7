import { execFileSync } from 'node:child_process';
import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { eventually } from '@drippulse/testing';
import { afterEach, beforeEach, expect, test } from '@jest/globals';
import { type Comparing, compare } from '../src/comparing/compare.ts';

// A repository whose only bench prints a number, so that a comparison takes only seconds.
let root: string;
let runs: string;

beforeEach(() => {
  root = mkdtempSync(path.join(tmpdir(), 'drippulse-compared-'));
  runs = path.join(root, 'runs');
  mkdirSync(path.join(root, 'test/bench/src'), { recursive: true });
  write('package.json', JSON.stringify({ name: 'compared', workspaces: ['test/*'] }));
  write('test/bench/package.json', JSON.stringify({ name: 'bench', version: '1.0.0', type: 'module' }));
  write('.gitignore', 'node_modules/\nruns\n');
  measuring('base', 2);
  execFileSync('npm', ['install', '--package-lock-only', '--offline', '--no-audit'], { cwd: root });
  git('init', '--quiet');
  git('add', '--all');
  git('-c', 'user.name=Test', '-c', 'user.email=test@example.com', 'commit', '--quiet', '--message', 'Base');
});
afterEach(() => rmSync(root, { recursive: true, force: true }));

function write(file: string, text: string): void {
  writeFileSync(path.join(root, file), text);
}

/** Writes a bench that records its tree and measures equal figures each time. */
function measuring(tree: string, ratio: number, after = ''): void {
  write(
    'test/bench/src/main.ts',
    `import { appendFileSync } from 'node:fs';
     appendFileSync(${JSON.stringify(runs)}, '${tree} ' + process.cwd() + '\\n');
     ${after}
     console.log(JSON.stringify({ cpu_ratio: ${ratio}, better: { cpu_ratio: 'lower' } }));`,
  );
}

function git(...args: string[]): string {
  return execFileSync('git', args, { cwd: root, encoding: 'utf8' });
}

function compared(more: Partial<Comparing> = {}) {
  const { signal } = new AbortController();
  const options = {
    root,
    base: 'HEAD',
    benches: ['gateway'],
    pairs: 7,
    short: true,
    signal,
    progress: () => undefined,
  };
  return compare({ ...options, ...more });
}

/** Returns the order in which the trees ran, and whether the base's tree still exists. */
function noted(): { order: string; isBaseThere: boolean } {
  const lines = readFileSync(runs, 'utf8').trim().split('\n');
  const bases = lines.filter((line) => line.startsWith('base '));
  return {
    order: lines.map((line) => line[0]).join(''),
    isBaseThere: bases.some((line) => existsSync(line.slice('base '.length))),
  };
}

test.each([
  { ratio: 2.2, isWorse: true },
  { ratio: 2.05, isWorse: false },
])('a working tree of $ratio after a commit of 2 is surely worse: $isWorse', async ({ ratio, isWorse }) => {
  measuring('change', ratio);
  const comparison = await compared();
  expect(comparison).toMatchObject({
    isWorse,
    benches: { gateway: [{ figure: 'cpu_ratio', base: 2, change: ratio, ratio: { median: ratio / 2 }, isWorse }] },
  });
  expect(noted()).toEqual({ order: 'bccbbccbbccbbc', isBaseThere: false });
  expect(git('worktree', 'list').trim().split('\n')).toHaveLength(1);
});

test('an interruption ends the bench and removes the tree of the base', async () => {
  measuring('change', 2, 'await new Promise((resolve) => setTimeout(resolve, 600_000));');
  const interrupted = new AbortController();
  const comparison = compared({ signal: interrupted.signal });
  comparison.catch(() => undefined);
  await eventually(() => expect(existsSync(runs) && noted().order).toBe('bc'));
  interrupted.abort(new Error('Interrupted.'));
  await expect(comparison).rejects.toThrow('Interrupted.');
  expect(noted()).toEqual({ order: 'bc', isBaseThere: false });
  expect(git('worktree', 'list').trim().split('\n')).toHaveLength(1);
});

test('a bench that fails ends the comparison, and leaves nothing behind', async () => {
  measuring('change', 2, "throw new Error('broken');");
  await expect(compared()).rejects.toThrow('ended with code 1');
  expect(noted().isBaseThere).toBe(false);
  await expect(compared({ base: 'no-such-commit' })).rejects.toThrow('no-such-commit');
});
