import { redact } from '@drippulse/secrets';
import { type DestinationStream, type Logger, pino, stdTimeFunctions } from 'pino';
import { createLogWriter } from './log-writer.ts';
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
 * Matches lines that contain only the platform's own text. The full search for credentials takes a tenth of a request's
 * time, so only warnings and errors are searched, because they may quote another server's response.
 */
const isOfOurs = /^\{"level":"(?:trace|debug|info)"/;

const logFileBytes = 20 * 1024 * 1024;
const keptLogFiles = 3;

/**
 * Opens a log file that only its owner can read, and creates its folder. A file of 20 MiB is renamed; the last three
 * renamed files are kept.
 */
export function openLogFile(file: string): DestinationStream {
  return createLogWriter({ file, maxBytes: logFileBytes, kept: keptLogFiles });
}

let stdout: DestinationStream | undefined;

function stdoutWriter(): DestinationStream {
  stdout ??= createLogWriter(1);
  return stdout;
}

/** Creates a JSON logger on stdout (or `destination`). It adds the ids of the trace and never writes a credential. */
export function createLogger(options: { service?: string; level?: string; destination?: DestinationStream }): Logger {
  return pino(
    {
      level: options.level ?? 'info',
      // In a process with several services the child loggers set `service`, because pino would write a repeated member
      // twice.
      base: options.service === undefined ? {} : { service: options.service },
      timestamp: stdTimeFunctions.isoTime,
      mixin: traceIds,
      formatters: { level: (label) => ({ level: label }) },
      redact: { paths: redactedPaths, censor: '[redacted]' },
      hooks: { streamWrite: redactPatterns },
    },
    options.destination ?? stdoutWriter(),
  );
}

function redactPatterns(line: string): string {
  const safe = secretPatterns.reduce((text, [pattern, replacement]) => text.replace(pattern, replacement), line);
  return isOfOurs.test(line) ? safe : redact(safe);
}
