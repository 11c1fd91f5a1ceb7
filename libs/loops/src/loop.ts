import { type Channel, channel } from 'node:diagnostics_channel';

/** The members of a logger that a loop needs. */
export type LoopLog = { error(fields: object, message: string): void; info(fields: object, message: string): void };

/** Work that repeats until it is stopped. */
export type Loop = {
  /** Starts a run now. If a run is under way, another run follows it immediately. */
  wake(): void;
  /** Aborts the signal of the current run and waits for it to end. */
  stop(): Promise<void>;
};

/** One run of a loop, as a message of the channel. */
export type LoopRun = { loop: string; durationMs: number; result: 'ok' | 'failed' };

/** The channel with a LoopRun for every run of every loop of the process. Metrics measure these messages. */
export const loopRuns: Channel = channel('drippulse:loop-runs');

export function isLoopRun(message: unknown): message is LoopRun {
  return typeof message === 'object' && message !== null && 'loop' in message && 'result' in message;
}

const minBackoffMs = 100;
const maxBackoffMs = 5000;
/**
 * The maximum sleeps in milliseconds. A loop begins with the first, and moves to the next after every ten successive
 * runs without work. A commit of work wakes the loop of its process, so an idle loop only looks for work that a dead
 * process left.
 */
const idleMs = [1000, 3000, 10_000];
const calmRuns = 10;

/**
 * Repeats `run`, which returns the milliseconds until it next has work (0: now; undefined: unknown). The loop sleeps
 * that long, up to `maxIdleMs`. Default: 1 s; 3 s after ten runs without work; 10 s after twenty, because idle loops
 * take most of the CPU time of an idle platform. A run that throws is repeated with exponential backoff and jitter, 100
 * ms to 5 s, during which `wake` has no effect. If runs fail successively, only the first failure is logged.
 */
export function startLoop(options: {
  name: string;
  run(signal: AbortSignal): Promise<number | undefined>;
  log: LoopLog;
  maxIdleMs?: number;
}): Loop {
  const { name, run, log, maxIdleMs } = options;
  const stopped = new AbortController();
  let woken = false;
  let endSleep: (() => void) | undefined;
  let failures = 0;
  let calm = 0;

  async function runOnce(): Promise<void> {
    woken = false;
    const startedAt = performance.now();
    try {
      const nextMs = await run(stopped.signal);
      publish(startedAt, 'ok');
      if (failures > 0) log.info({ loop: name, failures }, 'loop works again');
      failures = 0;
      const mostMs = maxIdleMs ?? mostIdleMs(calm);
      calm = nextMs !== undefined && nextMs < mostMs ? 0 : calm + 1;
      await idle(Math.min(nextMs ?? mostMs, mostMs));
    } catch (error) {
      if (stopped.signal.aborted) return;
      publish(startedAt, 'failed');
      failures += 1;
      if (failures === 1) log.error({ loop: name, err: error }, 'loop failed, trying again');
      await sleep(backoffMs(failures, Math.random()), stopped.signal);
    }
  }

  function publish(startedAt: number, result: LoopRun['result']): void {
    if (!loopRuns.hasSubscribers) return;
    const message: LoopRun = { loop: name, durationMs: performance.now() - startedAt, result };
    loopRuns.publish(message);
  }

  async function idle(ms: number): Promise<void> {
    if (woken || ms <= 0 || stopped.signal.aborted) return;
    await new Promise<void>((resolve) => {
      const timer = setTimeout(resolve, ms);
      endSleep = () => {
        clearTimeout(timer);
        resolve();
      };
    });
    endSleep = undefined;
  }

  async function repeat(): Promise<void> {
    // There is a turn of the event loop between runs, because a loop that always returns 0 must not starve the other
    // work of the process.
    for (; !stopped.signal.aborted; await new Promise((resolve) => setImmediate(resolve))) await runOnce();
  }

  const done = repeat();
  return {
    wake() {
      woken = true;
      calm = 0;
      endSleep?.();
    },
    async stop() {
      stopped.abort();
      endSleep?.();
      await done;
    },
  };
}

/** Returns the pause after a number of successive failures. `random`, from 0 to 1, shortens it by at most half. */
export function backoffMs(failures: number, random: number): number {
  return Math.min(minBackoffMs * 2 ** (failures - 1), maxBackoffMs) * (0.5 + random / 2);
}

/**
 * Sleeps. The sleep ends early, without an error, when the signal is aborted. Fake timers can replace the timer that is
 * used here, but not the timer of Node's own sleep.
 */
async function sleep(ms: number, signal: AbortSignal): Promise<void> {
  if (signal.aborted) return;
  await new Promise<void>((resolve) => {
    const end = () => {
      clearTimeout(timer);
      signal.removeEventListener('abort', end);
      resolve();
    };
    const timer = setTimeout(end, ms);
    signal.addEventListener('abort', end);
  });
}

/** Returns the maximum sleep of a loop without `maxIdleMs`, after a number of successive runs without work. */
export function mostIdleMs(runs: number): number {
  return idleMs[Math.min(Math.floor(runs / calmRuns), idleMs.length - 1)] ?? 0;
}
