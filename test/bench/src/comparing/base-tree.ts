import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { runProgram } from './run-program.ts';

/** A commit that is checked out beside the working tree, with its own packages. */
export type BaseTree = { folder: string; commit: string; remove(): void };

const installArgs = [
  ...['ci', '--ignore-scripts', '--no-audit', '--no-fund', '--loglevel=error', '--omit=dev'],
  ...['--workspace=test/bench', '--include-workspace-root'],
];

/**
 * Checks a commit out into a temporary work tree and installs its packages, because links between its workspaces must
 * lead to the commit's own code.
 */
export async function addBaseTree(root: string, name: string, signal: AbortSignal): Promise<BaseTree> {
  const commit = git(root, ['rev-parse', '--verify', `${name}^{commit}`]);
  const parent = mkdtempSync(path.join(tmpdir(), 'drippulse-compare-'));
  const folder = path.join(parent, 'base');
  const remove = () => {
    spawnSync('git', ['worktree', 'remove', '--force', folder], { cwd: root });
    rmSync(parent, { recursive: true, force: true, maxRetries: 5 });
    spawnSync('git', ['worktree', 'prune'], { cwd: root });
  };
  try {
    git(root, ['worktree', 'add', '--detach', folder, commit]);
    const npm = process.env['npm_execpath'];
    const [file, ...before] = npm === undefined ? ['npm'] : [process.execPath, npm];
    await runProgram(file, [...before, ...installArgs], { cwd: folder, signal });
    return { folder, commit, remove };
  } catch (error) {
    remove();
    throw error;
  }
}

function git(root: string, args: string[]): string {
  const { status, stdout, stderr } = spawnSync('git', args, { cwd: root, encoding: 'utf8' });
  if (status !== 0) throw new Error(`git ${args.join(' ')} failed: ${stderr.trim()}`);
  return stdout.trim();
}
