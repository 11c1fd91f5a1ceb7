import { once } from 'node:events';
import { chmod } from 'node:fs/promises';
import { redact } from '@drippulse/http/secrets';
import { type DestinationStream, type Logger, pino, stdTimeFunctions } from 'pino';
import { traceIds } from './tracing/spans.ts';

export type { Logger } from 'pino';

const secretNames = ['password', 'token', 'secret', 'key', 'authorization', 'cookie', 'credentials', 'new_password'];
const redactedPaths = secretNames.flatMap((name) => [name, `*.${name}`, `*.*.${name}`, `*.*.*.${name}`]);

/** Credentials inside longer text: an error message, a URL, a header line. */
const secretPatterns: [RegExp, string][] = [
  [/adcrm_(live|test)_[0-9A-Za-z]{8,}/g, 'adcrm_$1_[redacted]'],
  [/eyJ[\w-]{8,}\.[\w-]{8,}\.[\w-]+/g, '[redacted token]'],
  [/whsec_[\w+/=-]{8,}/g, 'whsec_[redacted]'],
  [/(:\/\/[^:/?#\s"@]{0,256}):[^@/\s"]{1,256}@/g, '$1:[redacted]@'],
];

/**
 * Lines that have texts of our own. The full search costs a tenth of a request, so it is made for warnings and errors
 * alone: they may have the text of a server that answered.
 */
const isOfOurs = /^\{"level":"(?:trace|debug|info)"/;

const buffered = 8 * 1024;
const flushAfterMs = 100;

/**
 * Opens a file for a logger, which its owner alone reads, and creates its folder. A kill -9 loses at most the lines of the last 100 ms. Any other end of the
 * process, an uncaught error included, writes all lines, because the file is open before the first one.
 */
export async function openLogFile(file: string): Promise<DestinationStream> {
  const stream = pino.destination({ dest: file, mkdir: true, mode: 0o600, sync: false, minLength: buffered });
  await once(stream, 'ready');
  // The file of an earlier version may have other rights.
  await chmod(file, 0o600);
  return flushingSoon(stream);
}

/** Writes lines in batches: a write for each line costs a tenth of a request. */
function flushingSoon(stream: ReturnType<typeof pino.destination>): DestinationStream {
  let isFlushing = false;
  const flush = () => {
    isFlushing = false;
    stream.flush();
  };
  return {
    write(line) {
      stream.write(line);
      if (isFlushing) return;
      isFlushing = true;
      // Must not keep the process alive; its end writes the rest.
      setTimeout(flush, flushAfterMs).unref();
    },
  };
}

/** A JSON logger on stdout (or `destination`). It adds the ids of the trace and never writes a credential. */
export function createLogger(options: { service?: string; level?: string; destination?: DestinationStream }): Logger {
  return pino(
    {
      level: options.level ?? 'info',
      // In a process with several services their child loggers set it: pino would write a repeated member twice.
      base: options.service === undefined ? {} : { service: options.service },
      timestamp: stdTimeFunctions.isoTime,
      mixin: traceIds,
      formatters: { level: (label) => ({ level: label }) },
      redact: { paths: redactedPaths, censor: '[redacted]' },
      hooks: { streamWrite: redactPatterns },
    },
    options.destination ?? flushingSoon(pino.destination({ dest: 1, sync: false, minLength: buffered })),
  );
}

function redactPatterns(line: string): string {
  const safe = secretPatterns.reduce((text, [pattern, replacement]) => text.replace(pattern, replacement), line);
  return isOfOurs.test(line) ? safe : redact(safe);
}
