import { type Channel, channel } from 'node:diagnostics_channel';
import { flushCompileCache } from 'node:module';
import { setTimeout as sleep } from 'node:timers/promises';
import { ConfigError } from './env.ts';

/** A message that is published once after the stop, for code that has something left to send, such as spans. */
export const processStopped: Channel = channel('drippulse:process-stopped');

/**
 * Under npm, a Ctrl-C is delivered twice. A signal within this time in milliseconds after the first signal is treated
 * as its repeat.
 */
const repeatWithinMs = 1000;
/**
 * Minimum time in milliseconds from the first signal to the exit. Node removes signal handlers at the exit, and a
 * repeated signal that arrives after that would kill the process.
 */
const handledForMs = 100;
/**
 * Time in milliseconds for which open handles may keep the process alive, such as handles that a library leaves open
 * after an outage.
 */
const leftoverMs = 3000;

/**
 * Runs the body of every main.ts: starts, waits for SIGINT or SIGTERM, stops. Under npm a Ctrl-C is delivered twice, so
 * a repeat within a second is ignored; a later signal ends the process immediately. A process that was started with a
 * channel to its parent stops when the parent is gone, however the parent ended. The process ends when no work is left,
 * or three seconds after the stop. `process.exitCode` is 1 after a failure.
 */
export async function runMain(start: () => Promise<{ stop(): Promise<void> }>): Promise<void> {
  // All modules are loaded by now. The compiled code is flushed to disk, so the next process starts with it, and node
  // keeps no copy in memory.
  flushCompileCache();
  let firstSignalAt: number | undefined;
  const signalled = new Promise<void>((resolve) => {
    const onSignal = () => {
      if (firstSignalAt !== undefined && performance.now() - firstSignalAt > repeatWithinMs) process.exit(130);
      firstSignalAt ??= performance.now();
      resolve();
    };
    for (const signal of ['SIGINT', 'SIGTERM'] as const) process.on(signal, onSignal);
    process.once('disconnect', onSignal);
    // The channel must not keep the process alive after its work.
    process.channel?.unref();
  });

  try {
    const running = await start();
    await signalled;
    await running.stop();
    await sleep(Math.max(0, (firstSignalAt ?? 0) + handledForMs - performance.now()));
    process.exitCode ??= 0;
    processStopped.publish(undefined);
    setTimeout(() => process.exit(), leftoverMs).unref();
  } catch (error) {
    console.error(error instanceof ConfigError ? error.message : error);
    process.exitCode = 1;
    // Open handles of a failed start or stop would keep a useless process alive.
    setTimeout(() => process.exit(), 1000).unref();
  }
}
