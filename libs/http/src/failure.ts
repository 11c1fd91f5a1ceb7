import { networkInterfaces } from 'node:os';
import { isShortage } from '@drippulse/errors';

/** The reason why a request got no response. */
export type HttpFailureCode =
  | 'timeout'
  | 'connection_refused'
  | 'connection_reset'
  | 'unreachable'
  | 'dns_failed'
  | 'tls_failed'
  | 'address_not_allowed'
  | 'url_not_allowed'
  | 'protocol_error'
  | 'aborted'
  | 'too_large';

/** The meaning of each code, for a person. */
export const failureMessages: Readonly<Record<HttpFailureCode, string>> = {
  timeout: 'The response did not end in time.',
  connection_refused: 'The connection was refused.',
  connection_reset: 'The connection was closed before the response ended.',
  unreachable: 'The address cannot be reached.',
  dns_failed: 'The host name does not resolve.',
  tls_failed: 'The TLS handshake failed.',
  address_not_allowed: 'The host is at an address that is not public.',
  url_not_allowed: 'The URL is not allowed.',
  protocol_error: 'The response is not HTTP, or the request cannot be sent.',
  aborted: 'The request was stopped.',
  too_large: 'The response is too long to be read.',
};

/**
 * A request without a response, or with a response that did not end in time. `code` is stable and may be shown to
 * customers.
 */
export class HttpFailure extends Error {
  readonly code: HttpFailureCode;
  readonly durationMs: number;
  /** Whether the receiver may have received the request. It is false only if no connection was made. */
  readonly mayHaveBeenSent: boolean;

  constructor(
    code: HttpFailureCode,
    message: string,
    options: { durationMs: number; mayHaveBeenSent?: boolean; cause?: unknown },
  ) {
    super(message, { cause: options.cause });
    this.name = 'HttpFailure';
    this.code = code;
    this.durationMs = options.durationMs;
    this.mayHaveBeenSent = options.mayHaveBeenSent ?? false;
  }
}

/**
 * A failure while connecting. The connector throws it, and it has no duration, because the connector does not know the
 * start of the request.
 */
export class ConnectRefusal extends Error {
  readonly code: 'address_not_allowed' | 'dns_failed';

  constructor(code: 'address_not_allowed' | 'dns_failed', message: string, cause?: unknown) {
    super(message, { cause });
    this.code = code;
  }
}

const codes: Record<string, HttpFailureCode> = {
  ENOTFOUND: 'dns_failed',
  EAI_AGAIN: 'dns_failed',
  ECONNREFUSED: 'connection_refused',
  ECONNRESET: 'connection_reset',
  EPIPE: 'connection_reset',
  UND_ERR_SOCKET: 'connection_reset',
  EHOSTUNREACH: 'unreachable',
  ENETUNREACH: 'unreachable',
  EADDRNOTAVAIL: 'unreachable',
  ETIMEDOUT: 'timeout',
  UND_ERR_CONNECT_TIMEOUT: 'timeout',
  UND_ERR_HEADERS_TIMEOUT: 'timeout',
  UND_ERR_BODY_TIMEOUT: 'timeout',
  EPROTO: 'tls_failed',
};

const tlsCode = /^(ERR_SSL|ERR_TLS|ERR_OSSL|CERT_|UNABLE_TO_|SELF_SIGNED|DEPTH_ZERO|HOSTNAME_MISMATCH|INVALID_CA|CRL_)/;

/** Returns the code of an error that undici, node:net or node:tls threw. */
export function failureCodeOf(error: unknown): HttpFailureCode {
  if (error instanceof ConnectRefusal) return error.code;
  if (typeof error !== 'object' || error === null) return 'protocol_error';
  // net.connect tries several addresses and throws one error with all failures.
  if ('errors' in error && Array.isArray(error.errors) && error.errors.length > 0)
    return failureCodeOf(error.errors[0]);
  const code = 'code' in error ? String(error.code) : '';
  return codes[code] ?? (tlsCode.test(code) ? 'tls_failed' : 'protocol_error');
}

const neverSent: ReadonlySet<HttpFailureCode> = new Set([
  'connection_refused',
  'unreachable',
  'dns_failed',
  'tls_failed',
  'address_not_allowed',
  'url_not_allowed',
]);

/**
 * Whether the receiver may have received a request that ended with this error. It is false when no connection was made.
 */
export function mayHaveBeenSent(error: unknown): boolean {
  const isConnecting = error instanceof Error && 'code' in error && error.code === 'UND_ERR_CONNECT_TIMEOUT';
  return !isConnecting && !neverSent.has(failureCodeOf(error));
}

/**
 * Whether a shortage of this machine, and not the other side, caused a failed request. A machine without IPv6 has no
 * local address for a receiver that has only IPv6 addresses. This is not a shortage, because it is not transient; the
 * failure is `unreachable`.
 */
export function isOurShortage(error: unknown, hasIPv6: () => boolean = hasOwnIPv6): boolean {
  return isShortage(error) && !(wantsIPv6(error) && !hasIPv6());
}

function wantsIPv6(error: unknown): boolean {
  if (typeof error !== 'object' || error === null) return false;
  if ('errors' in error && Array.isArray(error.errors) && error.errors.length > 0) return error.errors.every(wantsIPv6);
  return 'code' in error && error.code === 'EADDRNOTAVAIL' && 'address' in error && String(error.address).includes(':');
}

function hasOwnIPv6(): boolean {
  const addresses = Object.values(networkInterfaces()).flatMap((own = []) => own);
  return addresses.some(({ family, internal, scopeid }) => family === 'IPv6' && !internal && !scopeid);
}
