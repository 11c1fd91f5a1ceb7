import { setTimeout as sleep } from 'node:timers/promises';

/** The part of a logger that a loop needs. */
export type LoopLog = { error(fields: object, message: string): void; info(fields: object, message: string): void };

/** Work that repeats until it is stopped. */
export type Loop = {
  /** Runs it now; during a run, once more right after it. */
  wake(): void;
  /** Aborts the signal of the current run and waits for it to end. */
  stop(): Promise<void>;
};

const minBackoffMs = 100;
const maxBackoffMs = 5000;

/**
 * Repeats `run`, which answers in how many milliseconds it next has something to do (0 = at once, undefined = it does
 * not know). Between runs it sleeps that long, `maxIdleMs` (default 1 s) at most. A run that throws is repeated with
 * exponential backoff and jitter, 100 ms to 5 s, through which it cannot be woken; the first failure in a row is logged.
 */
export function startLoop(options: {
  name: string;
  run(signal: AbortSignal): Promise<number | undefined>;
  log: LoopLog;
  maxIdleMs?: number;
}): Loop {
  const { name, run, log, maxIdleMs = 1000 } = options;
  const stopped = new AbortController();
  let woken = false;
  let endSleep: (() => void) | undefined;
  let failures = 0;

  async function runOnce(): Promise<void> {
    woken = false;
    try {
      const nextMs = await run(stopped.signal);
      if (failures > 0) log.info({ loop: name, failures }, 'loop works again');
      failures = 0;
      await idle(Math.min(nextMs ?? maxIdleMs, maxIdleMs));
    } catch (error) {
      if (stopped.signal.aborted) return;
      failures += 1;
      if (failures === 1) log.error({ loop: name, err: error }, 'loop failed, trying again');
      const backoffMs = Math.min(minBackoffMs * 2 ** (failures - 1), maxBackoffMs);
      await sleep(backoffMs * (0.5 + Math.random() / 2), undefined, { signal: stopped.signal }).catch(() => undefined);
    }
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
      endSleep?.();
    },
    async stop() {
      stopped.abort();
      endSleep?.();
      await done;
    },
  };
}
