import { close, existsSync, fchmodSync, fstatSync, mkdirSync, openSync, renameSync, write, writeSync } from 'node:fs';
import path from 'node:path';
import type { DestinationStream } from 'pino';
import { counter } from './instruments.ts';
import { processMetrics } from './process-metrics.ts';

/**
 * A file that is renamed to `<file>.1` when it has `maxBytes`. Before that, `<file>.1` is renamed to `<file>.2`, and so
 * on. `kept` is the number of renamed files that are kept.
 */
type RotatedFile = { file: string; maxBytes: number; kept: number };

/**
 * Number of characters that are written together. If each line were written by itself, the writes would be a tenth of a
 * request's cost.
 */
const batchLength = 8 * 1024;
const flushAfterMs = 100;
/** Maximum number of characters that wait while the destination accepts none. */
const mostWaiting = 1024 * 1024;
const retryAfterMs = 250;

/**
 * Writes lines in batches to a descriptor, or to a file that it creates and rotates. A destination that accepts
 * nothing, such as a full disk or a pipe without a reader, neither ends nor blocks the process: a failed write is
 * repeated until it succeeds, and lines beyond a megabyte are dropped and counted in
 * `drippulse_log_lines_dropped_total`. A kill -9 loses at most the lines of the last 100 ms. Any other end of the
 * process, including an uncaught error, writes what the destination still accepts.
 *
 * `pino.destination` would not do: sonic-boom 4.2.1 repeats the last write of a process for ever when the disk is
 * full, so the process never ends.
 */
export function createLogWriter(target: number | RotatedFile): DestinationStream {
  const dropped = counter(processMetrics, 'drippulse_log_lines_dropped_total');
  let descriptor = typeof target === 'number' ? target : openForAppend(target.file);
  let fileBytes = typeof target === 'number' ? 0 : fstatSync(descriptor).size;
  let waiting = '';
  let batch: Buffer | undefined;
  let isWriting = false;
  let timer: NodeJS.Timeout | undefined;

  /**
   * Schedules a write, unless one is scheduled. The timer must not keep the process alive; the end of the process
   * writes the remaining lines.
   */
  function writeLater(ms: number): void {
    timer ??= setTimeout(writeNow, ms).unref();
  }

  function writeNow(): void {
    clearTimeout(timer);
    timer = undefined;
    if (isWriting) return;
    if (batch === undefined) {
      if (waiting === '') return;
      batch = Buffer.from(waiting);
      waiting = '';
    }
    isWriting = true;
    write(descriptor, batch, (error, written) => {
      isWriting = false;
      if (error) writeLater(retryAfterMs);
      else advance(written);
    });
  }

  function advance(written: number): void {
    fileBytes += written;
    const rest = batch?.subarray(written);
    batch = rest?.length ? rest : undefined;
    if (batch === undefined && typeof target !== 'number' && fileBytes >= target.maxBytes) rotate(target);
    if (batch !== undefined || waiting.length >= batchLength) writeNow();
    else if (waiting !== '') writeLater(flushAfterMs);
  }

  function rotate({ file, kept }: RotatedFile): void {
    fileBytes = 0;
    try {
      for (let number = kept; number > 0; number--) {
        const former = number === 1 ? file : `${file}.${number - 1}`;
        if (existsSync(former)) renameSync(former, `${file}.${number}`);
      }
      const former = descriptor;
      descriptor = openForAppend(file);
      close(former, () => undefined);
    } catch {
      // A further file cannot be created, because there is no room or no descriptor, so this file grows by another
      // `maxBytes`.
    }
  }

  atExit(() => {
    const rest = Buffer.from(waiting);
    writeWhatIsTaken(descriptor, batch === undefined || isWriting ? rest : Buffer.concat([batch, rest]));
  });
  return {
    write(line) {
      if (waiting.length + line.length > mostWaiting) {
        dropped.inc();
        return;
      }
      waiting += line;
      if (waiting.length >= batchLength && batch === undefined) writeNow();
      else writeLater(flushAfterMs);
    },
  };
}

/** Opens a file. Creates the file and its folder if they are missing. Only the owner can read the file. */
function openForAppend(file: string): number {
  mkdirSync(path.dirname(file), { recursive: true });
  const descriptor = openSync(file, 'a', 0o600);
  // A file of an earlier version may have other permissions.
  if (fstatSync(descriptor).isFile()) fchmodSync(descriptor, 0o600);
  return descriptor;
}

const endings: (() => void)[] = [];

function atExit(end: () => void): void {
  if (endings.length === 0) {
    process.on('exit', () => {
      for (const each of endings) each();
    });
  }
  endings.push(end);
}

const busyMs = 10;
const mostBusy = 100;

/** Writes synchronously. Waits up to a second for a pipe whose reader is busy, and gives up at any other failure. */
function writeWhatIsTaken(descriptor: number, bytes: Buffer): void {
  const pause = new Int32Array(new SharedArrayBuffer(4));
  for (let rest = bytes, busy = 0; rest.length > 0 && busy < mostBusy; ) {
    try {
      rest = rest.subarray(writeSync(descriptor, rest));
    } catch (error) {
      if (!isBusy(error)) return;
      busy += 1;
      Atomics.wait(pause, 0, 0, busyMs);
    }
  }
}

/**
 * Whether an error means that the pipe is busy. It tests a member, not the class, because under jest the errors of Node
 * belong to another realm.
 */
function isBusy(error: unknown): boolean {
  return typeof error === 'object' && error !== null && 'code' in error && error.code === 'EAGAIN';
}
