import { execFileSync, spawn } from 'node:child_process';
import { once } from 'node:events';
import {
  cpSync,
  existsSync,
  lstatSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  readlinkSync,
  rmSync,
  symlinkSync,
} from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { fileURLToPath } from 'node:url';

const root = fileURLToPath(new URL('../../..', import.meta.url));

/** A copy of the tree: the files that git tracks or would track, and the installed packages. */
export type TreeCopy = {
  root: string;
  read(file: string): string;
  /** Lists every file that git tracks or would track, by its path. Links are left out. */
  files(): string[];
  /** Returns the paths of files that were changed since the copy was made. */
  changed(): string[];
  git(...args: string[]): string;
  /** Runs Node or an installed program in the copy. Throws with the output unless it ends with 0. */
  run(command: readonly string[], options?: { cwd?: string; env?: Record<string, string> }): Promise<string>;
  remove(): void;
};

export function copyTree(): TreeCopy {
  const copy = mkdtempSync(path.join(os.tmpdir(), 'drippulse-tree-'));
  try {
    fill(copy);
  } catch (error) {
    rmSync(copy, { recursive: true, force: true });
    throw error;
  }
  const git = gitIn(copy);
  return {
    root: copy,
    read: (file) => readFileSync(path.join(copy, file), 'utf8'),
    files: () => filesOf(copy).filter((file) => lstatSync(path.join(copy, file), { throwIfNoEntry: false })?.isFile()),
    changed: () =>
      git('status', '--porcelain', '-uall')
        .split('\n')
        .flatMap((line) => line.slice(3) || []),
    git,
    async run([file = '', ...args], { cwd = '.', env = {} } = {}) {
      const bin = path.join(copy, 'node_modules/.bin');
      const child = spawn(file === 'node' ? process.execPath : file, args, {
        cwd: path.join(copy, cwd),
        env: { ...environment(), ...env, NO_COLOR: '1', PATH: `${bin}${path.delimiter}${process.env['PATH']}` },
        stdio: ['ignore', 'pipe', 'pipe'],
      });
      let output = '';
      for (const stream of [child.stdout, child.stderr])
        stream.setEncoding('utf8').on('data', (text) => (output += text));
      const [code] = await once(child, 'close');
      if (code !== 0) throw new Error(`${[file, ...args].join(' ')} ended with ${code}:\n${output}`);
      return output;
    },
    remove: () => rmSync(copy, { recursive: true, force: true }),
  };
}

function fill(copy: string): void {
  for (const file of filesOf(root)) {
    if (!existsSync(path.join(root, file))) continue; // the file was deleted, and the deletion is not yet committed
    cpSync(path.join(root, file), path.join(copy, file), { recursive: true, verbatimSymlinks: true });
  }
  linkPackages(copy);
  const git = gitIn(copy);
  git('init', '--quiet');
  git('add', '--all');
  git('-c', 'user.name=test', '-c', 'user.email=test@example.com', 'commit', '--quiet', '--message', 'The tree');
}

function gitIn(folder: string): (...args: string[]) => string {
  return (...args) => execFileSync('git', args, { cwd: folder, encoding: 'utf8', maxBuffer: 2 ** 26 });
}

function filesOf(folder: string): string[] {
  const args = ['ls-files', '--cached', '--others', '--exclude-standard', '-z'];
  return gitIn(folder)(...args)
    .split('\0')
    .filter((file) => file !== '');
}

/** Links each installed package. A link to a workspace is made to lead to the workspace in the copy. */
function linkPackages(copy: string): void {
  const installed = path.join(root, 'node_modules');
  const own = path.join(installed, '@drippulse');
  mkdirSync(path.join(copy, 'node_modules/@drippulse'), { recursive: true });
  for (const name of readdirSync(installed)) {
    if (name !== '@drippulse' && name !== '.cache' && name !== '.installed-lock') {
      symlinkSync(path.join(installed, name), path.join(copy, 'node_modules', name));
    }
  }
  for (const name of readdirSync(own)) {
    symlinkSync(readlinkSync(path.join(own, name)), path.join(copy, 'node_modules/@drippulse', name));
    const nested = path.join(readlinkSync(path.join(own, name)).replace(/^(\.\.\/)+/, ''), 'node_modules');
    if (existsSync(path.join(root, nested))) symlinkSync(path.join(root, nested), path.join(copy, nested));
  }
}

/** Returns the environment without the variables that the test runner set for itself. */
function environment(): NodeJS.ProcessEnv {
  return Object.fromEntries(Object.entries(process.env).filter(([name]) => !/^(NODE_OPTIONS|JEST_)/.test(name)));
}
