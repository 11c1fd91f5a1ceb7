/**
 * Every kind of failure that a caller can meet; `libs/rpc` maps each to a status code and the gateway to an HTTP
 * status.
 */
export const errorKinds = [
  'malformed',
  'invalid',
  'too_large',
  'not_found',
  'already_exists',
  'failed_precondition',
  'permission_denied',
  'unauthenticated',
  'resource_exhausted',
  'aborted',
  'unavailable',
  'internal',
] as const;

/** One of `errorKinds`. */
export type ErrorKind = (typeof errorKinds)[number];

/** One thing wrong with one field; `field` is its path, such as `steps.2.config.duration`. */
export type Violation = { field: string; message: string };

/** Further members of an error. */
export type DomainErrorOptions = { cause?: unknown; violations?: Violation[]; retryAfterSeconds?: number };

/**
 * The one error of domain code. `kind` is closed, `reason` is a stable snake_case code that reaches the caller as
 * `error`, and `message` is a sentence for a person. Any other error that is thrown is a defect and answers `internal`.
 */
export class DomainError extends Error {
  readonly kind: ErrorKind;
  readonly reason: string;
  readonly violations: Violation[];
  /** Whole seconds after which a repeat makes sense; becomes `Retry-After`. */
  readonly retryAfterSeconds: number | undefined;

  constructor(kind: ErrorKind, reason: string, message: string, options: DomainErrorOptions = {}) {
    super(message, { cause: options.cause });
    this.name = 'DomainError';
    this.kind = kind;
    this.reason = reason;
    this.violations = options.violations ?? [];
    this.retryAfterSeconds = options.retryAfterSeconds;
  }
}
