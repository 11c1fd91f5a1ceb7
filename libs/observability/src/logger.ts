import { once } from 'node:events';
import { type DestinationStream, type Logger, pino, stdTimeFunctions } from 'pino';
import { traceIds } from './tracing/spans.ts';

export type { Logger } from 'pino';

const secretNames = ['password', 'token', 'secret', 'key', 'authorization', 'cookie', 'credentials', 'new_password'];
const redactedPaths = secretNames.flatMap((name) => [name, `*.${name}`, `*.*.${name}`, `*.*.*.${name}`]);

/** Credentials that hide inside longer text: an error's message, a URL, a header line. */
const secretPatterns: [RegExp, string][] = [
  [/adcrm_(live|test)_[0-9A-Za-z]{8,}/g, 'adcrm_$1_[redacted]'],
  [/eyJ[\w-]{8,}\.[\w-]{8,}\.[\w-]+/g, '[redacted token]'],
  [/whsec_[\w+/=-]{8,}/g, 'whsec_[redacted]'],
  [/(:\/\/[^:/?#\s"@]{0,256}):[^@/\s"]{1,256}@/g, '$1:[redacted]@'],
];

const buffered = 8 * 1024;
const flushAfterMs = 100;

/**
 * Opens a file for the lines of a logger; its folder is made. What a kill -9 loses is a tenth of a second; at the end of
 * a process, by an uncaught error too, all are written, because the file is open before there are any.
 */
export async function openLogFile(file: string): Promise<DestinationStream> {
  const stream = pino.destination({ dest: file, mkdir: true, sync: false, minLength: buffered });
  await once(stream, 'ready');
  return flushingSoon(stream);
}

/** Lines are written together: a write of each costs a tenth of a request. */
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
      // Not what keeps a process alive: its end writes the rest.
      setTimeout(flush, flushAfterMs).unref();
    },
  };
}

/** A JSON logger on stdout (or `destination`), with the ids of the trace, that never writes a credential. */
export function createLogger(options: { service?: string; level?: string; destination?: DestinationStream }): Logger {
  return pino(
    {
      level: options.level ?? 'info',
      // A process that runs several services leaves it to their child loggers: a repeated member would stand twice.
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
  return secretPatterns.reduce((text, [pattern, replacement]) => text.replace(pattern, replacement), line);
}
