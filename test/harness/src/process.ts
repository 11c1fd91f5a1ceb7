import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { nodeEnvironment, nodeFlags } from '@drippulse/topology';
import { type Api, createApi } from './api.ts';

/** The repository's root. */
const root = fileURLToPath(new URL('../../..', import.meta.url));

/** The layout of the platform's processes: `npm start`, or `npm run start:distributed`. */
export type Layout = 'start' | 'start:distributed';

const entries: Record<Layout, string> = {
  start: 'deploy/local/src/main.ts',
  'start:distributed': 'deploy/local/src/distributed.ts',
};

/** The platform as a person starts it: in processes of its own, with a new folder. */
export type RunningPlatform = {
  baseUrl: string;
  opsUrl: string;
  api: Api;
  apiKey: string;
  username: string;
  password: string;
  dataDir: string;
  pid: number;
  /** Seconds from the command to the output line which reports that the platform is ready. */
  startSeconds: number;
  /** Returns the platform's output so far. */
  output(): string;
  /** Sends SIGKILL to every process of the platform, not to the servers, and waits for their end. */
  kill(): Promise<void>;
  /** Starts the platform again on its folder and port. */
  restart(): Promise<void>;
  /** Sends SIGTERM; resolves with the exit code. */
  stop(): Promise<number | null>;
  /** Stops the platform, and removes the folder. */
  dispose(): Promise<void>;
};

/**
 * Starts the platform in a layout, and waits for the output line which reports that it is ready. `tree` is a copy of
 * the repository to use instead of the repository itself.
 */
export async function startLayout(
  layout: Layout,
  options: { env?: Record<string, string>; dataDir?: string; tree?: string } = {},
): Promise<RunningPlatform> {
  const tree = options.tree ?? root;
  const dataDir = options.dataDir ?? mkdtempSync(path.join(os.tmpdir(), 'drippulse-'));
  let environment: Record<string, string> = { PORT: '0', ...options.env, DATA_DIR: dataDir };
  let running = await spawnPlatform(tree, layout, environment);
  const platform: RunningPlatform = {
    baseUrl: '',
    opsUrl: '',
    apiKey: '',
    username: '',
    password: '',
    api: createApi('', undefined),
    dataDir,
    pid: 0,
    startSeconds: 0,
    output: () => running.output(),
    async kill() {
      killGroup(running.child);
      if (running.child.exitCode === null && running.child.signalCode === null) await once(running.child, 'exit');
    },
    async restart() {
      environment = { ...environment, PORT: new URL(platform.baseUrl).port };
      running = await spawnPlatform(tree, layout, environment);
      describe();
    },
    async stop() {
      if (running.child.exitCode !== null || running.child.signalCode !== null) return running.child.exitCode;
      running.child.kill('SIGTERM');
      const [code] = await once(running.child, 'exit');
      return code;
    },
    async dispose() {
      await platform.stop();
      rmSync(dataDir, { recursive: true, force: true });
    },
  };
  describe();
  return platform;

  function describe(): void {
    const text = running.output();
    platform.baseUrl = must(text, /DripPulse is ready: (\S+)/);
    platform.opsUrl = must(text, /Metrics, readiness (\S+)\/metrics/);
    platform.apiKey = must(text, /API key\s+(\S+)/);
    [, platform.username = '', platform.password = ''] = /Admin\s+(\S+) \/ (\S+)/.exec(text) ?? [];
    platform.api = createApi(platform.baseUrl, platform.apiKey);
    platform.pid = running.child.pid ?? 0;
    platform.startSeconds = running.seconds;
  }
}

/** Runs an entry file of the repository until it ends, with precompiled code. */
export async function runCommand(
  file: string,
  args: readonly string[],
  env: Record<string, string> = {},
): Promise<{ code: number | null; output: string }> {
  const child = spawn(process.execPath, [...nodeFlags, path.join(root, file), ...args], {
    cwd: root,
    env: { ...cleanEnvironment(env), ...nodeEnvironment },
  });
  let output = '';
  child.stdout.on('data', (chunk) => (output += chunk));
  child.stderr.on('data', (chunk) => (output += chunk));
  const [code] = await once(child, 'close');
  return { code, output };
}

async function spawnPlatform(tree: string, layout: Layout, env: Record<string, string>) {
  const startedAt = performance.now();
  const child = spawn(process.execPath, [...nodeFlags, path.join(tree, entries[layout])], {
    cwd: tree,
    env: { ...cleanEnvironment(env), ...nodeEnvironment },
    detached: true,
  });
  let output = '';
  const isReady = new Promise<void>((resolve, reject) => {
    const read = (chunk: Buffer) => {
      output += chunk;
      if (/Ctrl-C stops everything/.test(output)) resolve();
    };
    child.stdout.on('data', read);
    child.stderr.on('data', read);
    child.once('exit', (code) =>
      reject(new Error(`The platform ended with code ${code} before it was ready:\n${output}`)),
    );
  });
  await isReady;
  return { child, output: () => output, seconds: (performance.now() - startedAt) / 1000 };
}

/** Returns the environment of a user's shell, without variables of the test runner or of the platform. */
function cleanEnvironment(env: Record<string, string>): NodeJS.ProcessEnv {
  const kept = Object.entries(process.env).filter(
    ([name]) =>
      !/^(PORT|HOST|DATA_DIR|DATABASE_URL|KAFKA_BROKERS|REDIS_URL|SMTP_URL|NODE_OPTIONS|ADMIN_|JEST_)/.test(name),
  );
  return { ...Object.fromEntries(kept), ...env };
}

function killGroup(child: ChildProcess): void {
  if (child.pid === undefined) return;
  try {
    process.kill(-child.pid, 'SIGKILL');
  } catch {
    child.kill('SIGKILL');
  }
}

function must(text: string, pattern: RegExp): string {
  const found = pattern.exec(text)?.[1];
  if (found === undefined) throw new Error(`The platform did not print ${pattern}:\n${text}`);
  return found;
}
