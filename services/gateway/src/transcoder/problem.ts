import { STATUS_CODES } from 'node:http';
import { DomainError, type ErrorKind, isShortage, shortageError, type Violation } from '@drippulse/errors';

const statusOfKind: Record<ErrorKind, number> = {
  malformed: 400,
  unauthenticated: 401,
  permission_denied: 403,
  not_found: 404,
  already_exists: 409,
  aborted: 409,
  too_large: 413,
  invalid: 422,
  failed_precondition: 422,
  resource_exhausted: 429,
  internal: 500,
  unavailable: 503,
};

/** Reasons that belong to HTTP itself, for which the kinds are too coarse. */
const statusOfReason: Readonly<Record<string, number>> = {
  method_not_allowed: 405,
  request_timeout: 408,
  answer_erased: 410,
  mail_not_kept: 410,
  precondition_failed: 412,
  unsupported_media_type: 415,
  unsupported_content_encoding: 415,
  headers_too_large: 431,
  deadline_exceeded: 504,
  agent_timeout: 504,
};

const problemContentType = 'application/problem+json; charset=utf-8';

export type Problem = { status: number; headers: Record<string, string>; body: string };

/**
 * Returns the response for an error, with the members of RFC 9457 and of the API reference. This is the only place
 * where an error becomes HTTP.
 */
export function problemOf(error: DomainError, request: { path: string; requestId: string }): Problem {
  const status = statusOf(error);
  const headers: Record<string, string> = { 'content-type': problemContentType, 'cache-control': 'no-store' };
  if (status === 401) headers['www-authenticate'] = 'Bearer realm="drippulse"';
  const retryAfter = error.retryAfterSeconds ?? (error.kind === 'unavailable' ? 1 : undefined);
  if (retryAfter !== undefined) headers['retry-after'] = String(Math.max(1, Math.ceil(retryAfter)));
  const body = JSON.stringify({
    ...error.facts,
    type: `/docs/errors#${error.reason}`,
    title: STATUS_CODES[status] ?? 'Error',
    status,
    detail: error.message,
    instance: request.path,
    error: error.reason,
    message: error.message,
    errors: errorsByField(error.violations),
    violations: error.violations.map(violationOf),
    request_id: request.requestId,
  });
  return { status, headers, body };
}

function statusOf(error: DomainError): number {
  return statusOfReason[error.reason] ?? statusOfKind[error.kind];
}

/**
 * Converts any thrown value to an error that may be shown. A value that is neither a DomainError nor a shortage of this
 * machine is a defect.
 */
export function toDomainError(error: unknown): DomainError {
  if (error instanceof DomainError) return error;
  if (isShortage(error)) return shortageError(error);
  return new DomainError('internal', 'internal_error', 'Something went wrong on our side.', { cause: error });
}

/** Converts a violation for use by a program. The message does not repeat the field, because `path` names it. */
function violationOf({ field, message, code = 'invalid', allowed, suggestion, phrase }: Violation) {
  return { path: field, code, message: phrase ?? message, allowed, suggestion };
}

function errorsByField(violations: readonly Violation[]): Record<string, string[]> {
  // The object has no prototype, because callers also choose names of fields and may name a field `__proto__`.
  const errors: Record<string, string[]> = Object.create(null);
  for (const { field, message } of violations) {
    const messages = errors[field] ?? [];
    messages.push(message);
    errors[field] = messages;
  }
  return errors;
}
