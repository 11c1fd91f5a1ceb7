import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { openSync } from 'node:fs';
import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { eventually } from '@drippulse/testing';
import { nodeEnvironment, nodeFlags } from '@drippulse/topology';

/** What a process is told. */
export type ToRuntime = { begin?: true; dieAt?: string; shiftMs?: number };
/** What it tells: that it serves, that the machine held it, the port of its end of a connection. */
export type FromRuntime = { ready?: true; stalledMs?: number; openedPort?: number };

/** A service in a process of its own, which is replaced whenever it ends. */
export type Runtime = {
  name: string;
  /** SIGKILL. */
  kill(): Promise<void>;
  /** Dies by SIGKILL when it next reaches the point; false when it does not within `timeoutMs`, and is killed then. */
  dieAt(point: string, timeoutMs: number): Promise<boolean>;
  /** SIGTERM, as a deployment does; false when it has not ended within `timeoutMs`, and is killed then. */
  askToEnd(timeoutMs: number): Promise<boolean>;
  /** SIGSTOP, and SIGCONT after `ms`. */
  freeze(ms: number): Promise<void>;
  /** Lets the clock of the process be wrong by so much. */
  shiftClock(ms: number): void;
  /** Waits until it serves. */
  untilReady(): Promise<void>;
  /** Ends it for good. */
  stop(): Promise<void>;
};

/** A busy machine takes its time. */
const readyMs = 120_000;

export function startRuntime(options: {
  name: string;
  program: 'runtime-process.ts' | 'deliverer-process.ts';
  /** As the service of the program takes it. */
  config: object;
  /** For the log. */
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

  /** Loads the code and waits until it is told to begin. */
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
    tell(begun, { begin: true });
    return begun;
  }

  /** Messages to one that has just died are lost with it. */
  function tell(to: ChildProcess, message: ToRuntime): void {
    if (to.connected) to.send(message, () => undefined);
  }

  async function kill(): Promise<void> {
    await end(child);
  }

  return {
    name,
    kill,
    dieAt(point, timeoutMs) {
      tell(child, { dieAt: point });
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
    shiftClock: (shiftMs) => tell(child, { shiftMs }),
    untilReady: async () => void (await eventually(() => isReady, { timeoutMs: readyMs })),
    async stop() {
      isStopping = true;
      await Promise.all([kill(), next && end(next)]);
    },
  };
}

/** Ends it after that. */
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
