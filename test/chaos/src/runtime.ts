import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { openSync } from 'node:fs';
import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { eventually } from '@drippulse/testing';
import { nodeEnvironment, nodeFlags } from '@drippulse/topology';

/** Messages to a process. */
export type ToRuntime = { begin?: true; dieAt?: string; shiftMs?: number };
/**
 * Messages from a process: it serves (`ready`), the machine stopped it (`stalledMs`), or it opened a connection from
 * this local port (`openedPort`).
 */
export type FromRuntime = { ready?: true; stalledMs?: number; openedPort?: number };

/** A service in a separate process. When the process ends, a new one replaces it. */
export type Runtime = {
  name: string;
  /** Sends SIGKILL. */
  kill(): Promise<void>;
  /**
   * Kills the process when it next reaches the point. If the process does not reach the point within `timeoutMs`, kills
   * it anyway and returns false.
   */
  dieAt(point: string, timeoutMs: number): Promise<boolean>;
  /**
   * Sends SIGTERM, as a deployment does. If the process does not end within `timeoutMs`, kills it and returns false.
   */
  askToEnd(timeoutMs: number): Promise<boolean>;
  /** Sends SIGSTOP, and SIGCONT after `ms`. */
  freeze(ms: number): Promise<void>;
  /** Shifts the clock of the process. */
  shiftClock(ms: number): void;
  /** Waits until the process serves. */
  untilReady(): Promise<void>;
  /** Ends the process without a replacement. */
  stop(): Promise<void>;
};

/** Timeout in milliseconds, long enough for a busy machine. */
const readyMs = 120_000;

export function startRuntime(options: {
  name: string;
  program: `${'runtime' | 'deliverer' | 'analyst' | 'integrator' | 'agent' | 'crm' | 'billing'}-process.ts`;
  /** The configuration of the service. */
  config: object;
  /** The folder of the process's log. */
  folder: string;
  onStall(ms: number): void;
  onConnection(port: number): void;
}): Runtime {
  const { name, program, config, folder, onStall, onConnection } = options;
  const file = fileURLToPath(new URL(program, import.meta.url));
  const log = openSync(`${folder}/runtime-${name}.log`, 'a');
  let isStopping = false;
  let isReady = false;
  let next: ChildProcess | undefined;
  let child = begin();

  /** Loads the code and waits for the message to begin. */
  function load(): ChildProcess {
    const loaded = spawn(process.execPath, [...nodeFlags, file], {
      env: {
        PATH: process.env['PATH'],
        ...nodeEnvironment,
        CHAOS_CONFIG: JSON.stringify(config),
      },
      stdio: ['ignore', log, log, 'ipc'],
    });
    loaded.on('error', () => undefined);
    return loaded;
  }

  function begin(): ChildProcess {
    const begun = next === undefined || isGone(next) ? load() : next;
    next = undefined;
    begun.on('message', ({ ready, stalledMs, openedPort }: FromRuntime) => {
      if (ready) {
        isReady = true;
        next ??= load();
      }
      if (stalledMs !== undefined) onStall(stalledMs);
      if (openedPort !== undefined) onConnection(openedPort);
    });
    begun.once('exit', () => {
      isReady = false;
      if (!isStopping) child = begin();
    });
    send(begun, { begin: true });
    return begun;
  }

  /** Sends a message. A message to a process that has just died is lost. */
  function send(to: ChildProcess, message: ToRuntime): void {
    if (to.connected) to.send(message, () => undefined);
  }

  async function kill(): Promise<void> {
    await end(child);
  }

  return {
    name,
    kill,
    dieAt(point, timeoutMs) {
      send(child, { dieAt: point });
      return endsWithin(child, timeoutMs);
    },
    askToEnd(timeoutMs) {
      isReady = false;
      child.kill('SIGTERM');
      return endsWithin(child, timeoutMs);
    },
    async freeze(ms) {
      const frozen = child;
      frozen.kill('SIGSTOP');
      await sleep(ms);
      frozen.kill('SIGCONT');
    },
    shiftClock: (shiftMs) => send(child, { shiftMs }),
    untilReady: async () => void (await eventually(() => isReady, { timeoutMs: readyMs })),
    async stop() {
      isStopping = true;
      await Promise.all([kill(), next && end(next)]);
    },
  };
}

/** Returns whether the process ends in time. If it does not, sends SIGKILL. */
async function endsWithin(child: ChildProcess, timeoutMs: number): Promise<boolean> {
  const patience = new AbortController();
  const exited = once(child, 'exit').then(() => true);
  const late = sleep(timeoutMs, false, { signal: patience.signal }).catch(() => false);
  const hasEnded = await Promise.race([exited, late]);
  patience.abort();
  if (!hasEnded) await end(child);
  return hasEnded;
}

async function end(child: ChildProcess): Promise<void> {
  const exited = isGone(child) ? undefined : once(child, 'exit');
  child.kill('SIGKILL');
  await exited;
}

function isGone(child: ChildProcess): boolean {
  return child.exitCode !== null || child.signalCode !== null;
}
