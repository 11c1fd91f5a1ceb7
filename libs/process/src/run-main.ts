import { type Channel, channel } from 'node:diagnostics_channel';
import { flushCompileCache } from 'node:module';
import { setTimeout as sleep } from 'node:timers/promises';
import { ConfigError } from './env.ts';

/** Told once the process has stopped what it started, for whoever has something left to send. */
export const processStopped: Channel = channel('drippulse:process-stopped');

/** A process that is ending takes no signals any more: the repeat of one, milliseconds later, would kill it. */
const repeatWithinMs = 100;
/** How long what was left open may keep the process alive, such as what a library forgot to close after an outage. */
const leftoverMs = 3000;

/**
 * The body of every main.ts: starts, waits for SIGINT or SIGTERM, stops. Under npm a Ctrl-C arrives twice, so a repeat
 * within a second is the same one; a later one ends the process at once. The process ends by itself when nothing is
 * left to do, or three seconds after the stop; `process.exitCode` says how it went.
 */
export async function runMain(start: () => Promise<{ stop(): Promise<void> }>): Promise<void> {
  // Everything is loaded: the next process starts with what this one has compiled, and node keeps no copy in memory.
  flushCompileCache();
  let firstSignalAt: number | undefined;
  const signalled = new Promise<void>((resolve) => {
    const onSignal = () => {
      if (firstSignalAt !== undefined && performance.now() - firstSignalAt > 1000) process.exit(130);
      firstSignalAt ??= performance.now();
      resolve();
    };
    for (const signal of ['SIGINT', 'SIGTERM'] as const) process.on(signal, onSignal);
  });

  try {
    const running = await start();
    await signalled;
    await running.stop();
    await sleep(Math.max(0, (firstSignalAt ?? 0) + repeatWithinMs - performance.now()));
    process.exitCode ??= 0;
    processStopped.publish(undefined);
    setTimeout(() => process.exit(), leftoverMs).unref();
  } catch (error) {
    console.error(error instanceof ConfigError ? error.message : error);
    process.exitCode = 1;
    // What half a start or half a stop has left open would keep the process alive, with nothing in it that works.
    setTimeout(() => process.exit(), 1000).unref();
  }
}
