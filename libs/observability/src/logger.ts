import { type DestinationStream, type Logger, pino, stdTimeFunctions } from 'pino';

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

/** A JSON logger on stdout (or `destination`) that never writes a credential. */
export function createLogger(options: { service?: string; level?: string; destination?: DestinationStream }): Logger {
  return pino(
    {
      level: options.level ?? 'info',
      // A process that runs several services leaves it to their child loggers: a repeated member would stand twice.
      base: options.service === undefined ? {} : { service: options.service },
      timestamp: stdTimeFunctions.isoTime,
      formatters: { level: (label) => ({ level: label }) },
      redact: { paths: redactedPaths, censor: '[redacted]' },
      hooks: { streamWrite: redactPatterns },
    },
    options.destination ?? pino.destination({ dest: 1, sync: false }),
  );
}

function redactPatterns(line: string): string {
  return secretPatterns.reduce((text, [pattern, replacement]) => text.replace(pattern, replacement), line);
}
