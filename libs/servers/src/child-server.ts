import { type ChildProcess, spawn } from 'node:child_process';
import { closeSync, openSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { connect } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';
import { endWithRun } from './end-with-run.ts';
import { keepLogSmall } from './rotate-log.ts';

/** A server that runs as a child process. The terminal's Ctrl-C does not reach it, and its output is in a file. */
export type ChildServer = {
  pid: number;
  /** Sends SIGTERM, and SIGKILL after `patienceMs`. */
  stop(patienceMs: number): Promise<void>;
  /** Sends SIGKILL, and waits for the end. */
  kill(): Promise<void>;
};

/**
 * Starts a server of this run and waits until `isReady` returns true. Throws with the end of its log when the server
 * ends, or takes longer than `timeoutMs` (60 s).
 */
export async function startChildServer(options: {
  command: string[];
  logFile: string;
  isReady(log: string): Promise<boolean> | boolean;
  timeoutMs?: number;
}): Promise<ChildServer> {
  const { command, logFile, isReady, timeoutMs = 60_000 } = options;
  const [file = '', ...args] = command;
  rmSync(logFile, { force: true });
  writeFileSync(logFile, '', { mode: 0o600 });
  const log = openSync(logFile, 'a');
  const child = spawn(file, args, { detached: true, stdio: ['ignore', log, log], cwd: '/' });
  closeSync(log);
  child.unref();
  if (child.pid !== undefined) endWithRun(child.pid, 'KILL');
  const rotation = keepLogSmall(logFile);
  child.once('exit', rotation.stop);
  let failure: Error | undefined;
  child.on('error', (error) => {
    failure = error;
  });
  for (const end = Date.now() + timeoutMs; ; await sleep(25)) {
    const text = readFileSync(logFile, 'utf8');
    if (failure !== undefined) throw failure;
    if (isGone(child)) throw new Error(`${file} ended while starting: ${text.slice(-2000)}`);
    if (await isReady(text)) break;
    if (Date.now() < end) continue;
    child.kill('SIGKILL');
    throw new Error(`${file} was not ready in time: ${text.slice(-2000)}`);
  }
  return {
    pid: child.pid ?? 0,
    async stop(patienceMs) {
      await endChild(child, 'SIGTERM', patienceMs);
      await endChild(child, 'SIGKILL', patienceMs);
    },
    kill: () => endChild(child, 'SIGKILL', 10_000),
  };
}

/** Whether any process accepts connections on a port of 127.0.0.1. */
export async function isListening(port: number): Promise<boolean> {
  const socket = connect({ host: '127.0.0.1', port });
  try {
    return await new Promise((resolve) => {
      socket.once('connect', () => resolve(true));
      socket.once('error', () => resolve(false));
    });
  } finally {
    socket.destroy();
  }
}

async function endChild(child: ChildProcess, signal: NodeJS.Signals, patienceMs: number): Promise<void> {
  if (isGone(child)) return;
  child.kill(signal);
  for (const end = Date.now() + patienceMs; Date.now() < end && !isGone(child); ) await sleep(10);
}

function isGone(child: ChildProcess): boolean {
  return child.exitCode !== null || child.signalCode !== null;
}
