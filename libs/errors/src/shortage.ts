import { getSystemErrorName } from 'node:util';
import { DomainError } from './errors.ts';

/**
 * Error codes which mean that the machine or the process has run out of file descriptors, memory, buffers or local
 * ports.
 */
const shortageCodes = new Set(['EMFILE', 'ENFILE', 'ENOMEM', 'ENOBUFS', 'EADDRNOTAVAIL']);
const deepest = 10;

/**
 * Whether a failure is a resource shortage on the machine on which this process runs. No request, event or receiver
 * causes such a shortage, and the same work may succeed in a moment, so it leads to 503 and does not use up a try. If
 * one failure has several causes, such as a connection that tried several addresses, each must be a shortage.
 */
export function isShortage(error: unknown, depth = 0): boolean {
  if (typeof error !== 'object' || error === null || depth > deepest) return false;
  if (isShortageCode(Reflect.get(error, 'code')) || isShortageCode(nameOf(Reflect.get(error, 'errno')))) return true;
  const parts: unknown = Reflect.get(error, 'errors');
  if (Array.isArray(parts) && parts.length > 0) return parts.every((part) => isShortage(part, depth + 1));
  return isShortage(Reflect.get(error, 'cause'), depth + 1);
}

/**
 * Whether a text contains the code of a shortage. Use it where a library keeps only an error's message, such as in the
 * details of a gRPC status.
 */
export function namesShortage(text: string): boolean {
  return text.split(/\W+/).some((word) => shortageCodes.has(word));
}

/** Makes the error that a caller gets for a shortage: `unavailable`, with a time to retry. */
export function shortageError(cause: unknown): DomainError {
  const message = 'The server is temporarily out of connections or memory.';
  return new DomainError('unavailable', 'busy', message, { cause, retryAfterSeconds: 1 });
}

function isShortageCode(code: unknown): boolean {
  return typeof code === 'string' && shortageCodes.has(code);
}

/** Returns the name of a system error number, because libraries such as nodemailer overwrite `code`. */
function nameOf(errno: unknown): string | undefined {
  if (typeof errno !== 'number' || !Number.isInteger(errno) || errno >= 0) return undefined;
  try {
    return getSystemErrorName(errno);
  } catch {
    return undefined;
  }
}
