import { Code, ConnectError } from '@connectrpc/connect';
import { DomainError, type ErrorKind, errorKinds, type Facts, isShortage, shortageError } from '@drippulse/errors';
import { ErrorInfoSchema, RetryInfoSchema } from '@drippulse/proto/google/rpc/error_details_pb';
import { detailsOfViolations, violationsOf } from './violations.ts';

const domain = 'drippulse';

const codeOfKind: Record<ErrorKind, Code> = {
  malformed: Code.InvalidArgument,
  invalid: Code.InvalidArgument,
  too_large: Code.OutOfRange,
  not_found: Code.NotFound,
  already_exists: Code.AlreadyExists,
  failed_precondition: Code.FailedPrecondition,
  permission_denied: Code.PermissionDenied,
  unauthenticated: Code.Unauthenticated,
  resource_exhausted: Code.ResourceExhausted,
  aborted: Code.Aborted,
  unavailable: Code.Unavailable,
  internal: Code.Internal,
};

/**
 * Converts an error to the error that is sent to the caller. A lack of resources on this machine becomes `unavailable`.
 * A DomainError and a peer's status are kept. Any other error becomes `internal` without details.
 */
export function toConnectError(error: unknown): ConnectError {
  if (error instanceof DomainError) return encodeDomainError(error);
  if (error instanceof ConnectError) {
    const known = error.findDetails(ErrorInfoSchema).some((info) => info.domain === domain);
    if (known) return encodeDomainError(fromConnectError(error));
    if (isTransportStatus(error.code)) return new ConnectError(error.rawMessage, error.code, undefined, [], error);
  }
  if (isShortage(error)) return encodeDomainError(shortageError(error));
  return new ConnectError('internal error', Code.Internal, undefined, [], error);
}

/**
 * Converts the failure of a call to a DomainError. A status without the platform's ErrorInfo was made by the transport:
 * `unavailable`/`service_unavailable`, `unavailable`/`deadline_exceeded` (504 in the API),
 * `too_large`/`message_too_large`, `internal`/`cancelled` when the caller itself went away. Any other status becomes
 * `internal`/`internal_error`.
 */
export function fromConnectError(error: unknown): DomainError {
  if (error instanceof DomainError) return error;
  if (!(error instanceof ConnectError)) return internal(error);
  const info = error.findDetails(ErrorInfoSchema).find((detail) => detail.domain === domain);
  if (!info) return fromTransportStatus(error);
  const kind = errorKinds.find((known) => known === info.metadata['kind']) ?? 'internal';
  const retryDelay = error.findDetails(RetryInfoSchema)[0]?.retryDelay;
  return new DomainError(kind, info.reason, error.rawMessage, {
    cause: error,
    violations: violationsOf(error),
    retryAfterSeconds: retryDelay && Number(retryDelay.seconds),
    // Only the platform's own services write this domain, so the facts are valid JSON.
    facts: JSON.parse(info.metadata['facts'] ?? '{}') as Facts,
  });
}

function encodeDomainError(error: DomainError): ConnectError {
  const details: ConnectError['details'] = [
    { desc: ErrorInfoSchema, value: { reason: error.reason, domain, metadata: metadataOf(error) } },
    ...detailsOfViolations(error.violations),
  ];
  if (error.retryAfterSeconds !== undefined) {
    const seconds = BigInt(Math.ceil(error.retryAfterSeconds));
    details.push({ desc: RetryInfoSchema, value: { retryDelay: { seconds } } });
  }
  const message = error.kind === 'internal' ? 'internal error' : error.message;
  return new ConnectError(message, codeOfKind[error.kind], undefined, details as never, error);
}

function metadataOf({ kind, facts }: DomainError): Record<string, string> {
  return { kind, ...(Object.keys(facts).length > 0 && { facts: JSON.stringify(facts) }) };
}

function fromTransportStatus(error: ConnectError): DomainError {
  switch (error.code) {
    case Code.Unavailable:
      return new DomainError('unavailable', 'service_unavailable', 'A service that this needs is not available.', {
        cause: error,
        retryAfterSeconds: 1,
      });
    case Code.DeadlineExceeded:
      return new DomainError('unavailable', 'deadline_exceeded', 'The request took too long.', { cause: error });
    case Code.ResourceExhausted:
      return new DomainError('too_large', 'message_too_large', 'The message is too large.', { cause: error });
    case Code.Canceled:
      return new DomainError('internal', 'cancelled', 'The request was cancelled.', { cause: error });
    default:
      return internal(error);
  }
}

function internal(cause: unknown): DomainError {
  if (isShortage(cause)) return shortageError(cause);
  return new DomainError('internal', 'internal_error', 'Something went wrong on our side.', { cause });
}

/**
 * Whether the transport itself makes statuses with this code. Such a status contains no text from a method, so callers
 * may see it.
 */
function isTransportStatus(code: Code): boolean {
  return [
    Code.Unavailable,
    Code.DeadlineExceeded,
    Code.ResourceExhausted,
    Code.Canceled,
    Code.Unauthenticated,
    Code.Unimplemented,
  ].includes(code);
}
