/** Codes of the failures of runs. */
export type SourceFailureCode =
  | 'source_unreadable'
  | 'schema_changed'
  | 'suspicious_shrink'
  | 'too_many_failures'
  | 'connection_unusable'
  | 'not_mapped'
  | 'internal_error';

/**
 * The reason why a source cannot be read, as a sentence for people. It contains no credential and no value of a row.
 */
export class SourceFailure extends Error {
  readonly code: SourceFailureCode;
  /**
   * This member is present if the failure is transient. `retryAfterMs` is the time until the next try, if the source
   * named one.
   */
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
