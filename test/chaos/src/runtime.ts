import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { openSync } from 'node:fs';
import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import type { Config } from '@drippulse/enrollment-runtime';
import { eventually } from '@drippulse/testing';

/** What a runtime process is told. */
export type ToRuntime = { dieAt?: string; shiftMs?: number };
type FromRuntime = { ready?: true; stalledMs?: number };

/** A runtime in a process of its own, which is started again whenever it ends. */
export type Runtime = {
  name: string;
  /** SIGKILL. */
  kill(): Promise<void>;
  /** Dies by SIGKILL when it next reaches the point; false when it does not within `timeoutMs`, and is killed then. */
  dieAt(point: string, timeoutMs: number): Promise<boolean>;
  /** SIGSTOP, and SIGCONT after `ms`. */
  freeze(ms: number): Promise<void>;
  /** Lets the clock of the process be wrong by so much. */
  shiftClock(ms: number): void;
  /** Waits until it serves. */
  untilReady(): Promise<void>;
  /** Asks it to end, and answers its exit code. */
  stop(): Promise<number | null>;
};

const file = fileURLToPath(new URL('runtime-process.ts', import.meta.url));
const restartAfterMs = 100;

export function startRuntime(options: {
  name: string;
  config: Config;
  logFile: string;
  onStall(ms: number): void;
}): Runtime {
  const { name, config, logFile, onStall } = options;
  const log = openSync(logFile, 'a');
  let isStopping = false;
  let isReady = false;
  let child = launch();

  function launch(): ChildProcess {
    const started = spawn(process.execPath, ['--disable-warning=TimeoutNegativeWarning', file], {
      env: { PATH: process.env['PATH'], CHAOS_CONFIG: JSON.stringify(config) },
      stdio: ['ignore', log, log, 'ipc'],
    });
    started.on('message', ({ ready, stalledMs }: FromRuntime) => {
      if (ready) isReady = true;
      if (stalledMs !== undefined) onStall(stalledMs);
    });
    started.on('error', () => undefined);
    started.once('exit', () => {
      isReady = false;
      if (!isStopping) setTimeout(() => (child = launch()), restartAfterMs);
    });
    return started;
  }

  /** Messages to one that has just died are lost with it. */
  function tell(message: ToRuntime): void {
    if (child.connected) child.send(message, () => undefined);
  }

  async function kill(): Promise<void> {
    const exited = isGone(child) ? undefined : once(child, 'exit');
    child.kill('SIGKILL');
    await exited;
  }

  return {
    name,
    kill,
    async dieAt(point, timeoutMs) {
      if (isGone(child)) return false;
      const patience = new AbortController();
      const exited = once(child, 'exit').then(() => true);
      tell({ dieAt: point });
      const died = await Promise.race([
        exited,
        sleep(timeoutMs, false, { signal: patience.signal }).catch(() => false),
      ]);
      patience.abort();
      if (!died) await kill();
      return died;
    },
    async freeze(ms) {
      const frozen = child;
      frozen.kill('SIGSTOP');
      await sleep(ms);
      frozen.kill('SIGCONT');
    },
    shiftClock: (shiftMs) => tell({ shiftMs }),
    untilReady: async () => void (await eventually(() => isReady, { timeoutMs: 60_000 })),
    async stop() {
      isStopping = true;
      await sleep(restartAfterMs * 2);
      if (isGone(child)) return child.exitCode;
      const exited = once(child, 'exit');
      child.kill('SIGTERM');
      await exited;
      return child.exitCode;
    },
  };
}

function isGone(child: ChildProcess): boolean {
  return child.exitCode !== null || child.signalCode !== null;
}
