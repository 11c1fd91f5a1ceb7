/** The kinds of failures that a call can have. `libs/rpc` maps them to status codes, the gateway to HTTP statuses. */
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

/**
 * The kinds of violations, a closed list that callers see as `code`:
 *
 * - `required`: missing, null or empty
 * - `type`: the wrong kind of JSON value
 * - `enum`: not one of the `allowed` values
 * - `range`: a number or a time outside of its bounds
 * - `format`: text that does not have the required form
 * - `length`: text or a list that is too short or too long
 * - `unknown_member`: a member or parameter that does not exist
 * - `not_found`: refers to something that does not exist
 * - `duplicate`: taken by another row, or given twice
 * - `not_allowed`: well-formed, but not permitted here, now or together with other members
 * - `invalid`: anything else
 */
export const violationCodes = [
  'required',
  'type',
  'enum',
  'range',
  'format',
  'length',
  'unknown_member',
  'not_found',
  'duplicate',
  'not_allowed',
  'invalid',
] as const;

/** One of `violationCodes`. */
export type ViolationCode = (typeof violationCodes)[number];

/** One problem of one field. */
export type Violation = {
  /** Path of the field, such as `steps.2.config.duration`. */
  field: string;
  /** A sentence whose subject is the field: "must be at least 1". */
  message: string;
  /** Default: `invalid`. */
  code?: ViolationCode;
  /** The values that the field accepts, if they are a closed list. */
  allowed?: string[];
  /** The value or name that the caller probably meant. */
  suggestion?: string;
  /** The message without the place, if `message` begins with a place: "Step 2 (wait): duration must be at least 1". */
  phrase?: string;
};

/** Further members of an error. */
export type DomainErrorOptions = {
  cause?: unknown;
  violations?: Violation[];
  retryAfterSeconds?: number;
  /**
   * Facts about this reason for programs. They are members of the error response, besides the members that every error
   * has.
   */
  facts?: Facts;
};

/** Facts about an error by name, such as the limit that was reached. */
export type Facts = Readonly<Record<string, string | number | null>>;

/**
 * The only class of errors that domain code throws on purpose. `kind` is one of a closed list, `reason` is a stable
 * snake_case code that reaches the caller as `error`, and `message` is a sentence for a person. Any other thrown error
 * is a defect, and the caller gets `internal`.
 */
export class DomainError extends Error {
  readonly kind: ErrorKind;
  readonly reason: string;
  readonly violations: Violation[];
  /** Whole seconds after which a retry may succeed. The value becomes `Retry-After`. */
  readonly retryAfterSeconds: number | undefined;
  readonly facts: Facts;

  constructor(kind: ErrorKind, reason: string, message: string, options: DomainErrorOptions = {}) {
    super(message, { cause: options.cause });
    this.name = 'DomainError';
    this.kind = kind;
    this.reason = reason;
    this.violations = options.violations ?? [];
    this.retryAfterSeconds = options.retryAfterSeconds;
    this.facts = options.facts ?? {};
  }
}
