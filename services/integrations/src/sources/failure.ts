/** Codes of the ends of runs that are no success. */
export type SourceFailureCode =
  | 'source_unreadable'
  | 'schema_changed'
  | 'suspicious_shrink'
  | 'too_many_failures'
  | 'connection_unusable'
  | 'not_mapped'
  | 'internal_error';

/** Why a source cannot be read, as a sentence for people. It holds no credential and no value of a row. */
export class SourceFailure extends Error {
  readonly code: SourceFailureCode;
  /** Whether it may pass; then milliseconds until the next try, if the source says so. */
  readonly passing: { retryAfterMs?: number } | undefined;

  constructor(
    code: SourceFailureCode,
    message: string,
    options: { passing?: { retryAfterMs?: number }; cause?: unknown } = {},
  ) {
    super(message, { cause: options.cause });
    this.name = 'SourceFailure';
    this.code = code;
    this.passing = options.passing;
  }
}

export function unreadable(message: string, cause?: unknown): SourceFailure {
  return new SourceFailure('source_unreadable', message, { cause });
}
