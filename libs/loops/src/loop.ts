import { type Channel, channel } from 'node:diagnostics_channel';

/** The part of a logger that a loop needs. */
export type LoopLog = { error(fields: object, message: string): void; info(fields: object, message: string): void };

/** Work that repeats until it is stopped. */
export type Loop = {
  /** Runs it now; during a run, once more right after it. */
  wake(): void;
  /** Aborts the signal of the current run and waits for it to end. */
  stop(): Promise<void>;
};

/** One run of a loop, as whoever measures them is told. */
export type LoopRun = { loop: string; durationMs: number; result: 'ok' | 'failed' };

/** Every run of every loop of the process, as a LoopRun. */
export const loopRuns: Channel = channel('drippulse:loop-runs');

export function isLoopRun(message: unknown): message is LoopRun {
  return typeof message === 'object' && message !== null && 'loop' in message && 'result' in message;
}

const minBackoffMs = 100;
const maxBackoffMs = 5000;
/**
 * How long to sleep at most, for ten runs in a row that had nothing to do each. Who commits work wakes the loop: one that
 * finds nothing for so long looks for what a process left that died.
 */
const idleMs = [1000, 3000, 10_000];
const calmRuns = 10;

/**
 * Repeats `run`, which answers in how many milliseconds it next has something to do (0 = at once, undefined = it does
 * not know). Between runs it sleeps that long, `maxIdleMs` at most: unless given 1 s, 3 s once it has had nothing to do ten
 * times in a row and 10 s after twenty, as most of what an idle platform costs is loops that look. A run that throws is repeated with
 * exponential backoff and jitter, 100 ms to 5 s, through which it cannot be woken; the first failure in a row is logged.
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
      tell(startedAt, 'ok');
      if (failures > 0) log.info({ loop: name, failures }, 'loop works again');
      failures = 0;
      const mostMs = maxIdleMs ?? mostIdleMs(calm);
      calm = nextMs !== undefined && nextMs < mostMs ? 0 : calm + 1;
      await idle(Math.min(nextMs ?? mostMs, mostMs));
    } catch (error) {
      if (stopped.signal.aborted) return;
      tell(startedAt, 'failed');
      failures += 1;
      if (failures === 1) log.error({ loop: name, err: error }, 'loop failed, trying again');
      await sleep(backoffMs(failures, Math.random()), stopped.signal);
    }
  }

  function tell(startedAt: number, result: LoopRun['result']): void {
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
    // A turn of the event loop between runs: a loop that always answers 0 must not starve the rest of the process.
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

/** The pause after so many failures in a row; `random` from 0 to 1 shortens it by half at most. */
export function backoffMs(failures: number, random: number): number {
  return Math.min(minBackoffMs * 2 ** (failures - 1), maxBackoffMs) * (0.5 + random / 2);
}

/** Ends early, without an error, when the signal is aborted. Unlike that of Node, its timer is one that a test can stop. */
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

/** How long a loop that was not told sleeps at most, after so many runs in a row that had nothing to do. */
export function mostIdleMs(runs: number): number {
  return idleMs[Math.min(Math.floor(runs / calmRuns), idleMs.length - 1)] ?? 0;
}
