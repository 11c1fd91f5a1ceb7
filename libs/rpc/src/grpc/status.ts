import { Code, ConnectError } from '@connectrpc/connect';
import { findTrailerError, setTrailerStatus } from '@connectrpc/connect/protocol-grpc';
import { namesShortage, shortageError } from '@drippulse/errors';
import type * as grpc from '@grpc/grpc-js';
import { toConnectError } from '../errors.ts';
import { toHeaders, toMetadata } from './metadata.ts';

/** Builds the gRPC trailers of a failed call, with the details of the error in `grpc-status-details-bin`. */
export function failureTrailer(reason: unknown): Headers {
  return setTrailerStatus(new Headers(), errorOf(reason));
}

/** Converts the status of a failed call to the form of grpc-js. Connect and gRPC use equal numbers for their codes. */
export function toServerStatus(reason: unknown): grpc.ServerErrorResponse & Partial<grpc.StatusObject> {
  const error = errorOf(reason);
  const trailer = failureTrailer(error);
  // grpc-js writes these two trailers itself.
  trailer.delete('grpc-status');
  trailer.delete('grpc-message');
  return Object.assign(new Error(error.rawMessage), {
    code: Number(error.code),
    details: error.rawMessage,
    metadata: toMetadata(trailer),
  });
}

/** Returns the error to send for an error that a method threw. */
export function errorOf(reason: unknown): ConnectError {
  return reason instanceof ConnectError ? reason : toConnectError(reason);
}

/** Converts the failure of a call over grpc-js to the error that every Connect client throws. */
export function fromServiceError(error: unknown): ConnectError {
  if (error instanceof ConnectError) return error;
  if (!isServiceError(error)) return ConnectError.from(error, Code.Internal);
  // This machine lacked a file descriptor or a port for a connection. The failure was not caused by the peer.
  if (error.code === Number(Code.Unavailable) && namesShortage(error.details))
    return toConnectError(shortageError(error));
  const trailer = toHeaders(error.metadata);
  trailer.set('grpc-status', String(error.code));
  trailer.set('grpc-message', encodeURIComponent(error.details));
  return findTrailerError(trailer) ?? new ConnectError(error.details, Code.Unknown, undefined, undefined, error);
}

function isServiceError(error: unknown): error is grpc.ServiceError {
  return error instanceof Error && 'metadata' in error && 'details' in error;
}
