import type { IncomingMessage } from 'node:http';
import { DomainError } from '@drippulse/errors';
import { type Held, joinInTurns } from '@drippulse/loops';
import { createSenderWatch } from './slow-clients.ts';

export type BodyLimits = {
  maxBytes: number;
  /** Time for which a sender may be silent. */
  idleTimeoutMs: number;
};

/** Whether a request announces a body of at least one byte. */
export function hasBody(request: IncomingMessage): boolean {
  return request.headers['transfer-encoding'] !== undefined || Number(request.headers['content-length'] ?? 0) > 0;
}

/** Refuses a body by its headers, before any byte of the body is read. */
export function checkBodySize(request: IncomingMessage, maxBytes: number): void {
  if (Number(request.headers['content-length'] ?? 0) > maxBytes) throw tooLarge(maxBytes);
}

/** Refuses compressed bodies, because a small one can expand to a very large one. */
export function checkContentEncoding(request: IncomingMessage): void {
  const encoding = request.headers['content-encoding'];
  if (encoding === undefined || encoding.toLowerCase() === 'identity') return;
  throw new DomainError('malformed', 'unsupported_content_encoding', 'Send the body without compression.');
}

/**
 * Reads a whole body. Refuses a body that is too large, and a sender that is silent for too long or too slow. The bytes
 * are added to `held` as they arrive.
 */
export async function readBody(request: IncomingMessage, limits: BodyLimits, held: Held): Promise<Buffer> {
  return joinInTurns(await readChunks(request, limits, held));
}

function readChunks(request: IncomingMessage, limits: BodyLimits, held: Held): Promise<Buffer[]> {
  const { maxBytes, idleTimeoutMs } = limits;
  const isTooSlow = createSenderWatch(performance.now(), idleTimeoutMs);
  return new Promise((resolve, reject) => {
    const chunks: Buffer[] = [];
    let bytes = 0;
    const fail = (error: unknown) => settle(() => reject(error));
    const idle = setTimeout(() => fail(bodyTooSlow()), idleTimeoutMs);
    const onData = (chunk: Buffer) => {
      idle.refresh();
      bytes += chunk.length;
      if (bytes > maxBytes) return fail(tooLarge(maxBytes));
      if (isTooSlow(chunk.length, performance.now())) return fail(bodyTooSlow());
      try {
        held.add(chunk.length);
      } catch (error) {
        return fail(error);
      }
      chunks.push(chunk);
    };
    const onEnd = () => settle(() => resolve(chunks));
    const onGone = () => fail(clientGone());
    request.on('data', onData).once('end', onEnd).once('error', onGone).once('close', onGone);

    function settle(finish: () => void): void {
      clearTimeout(idle);
      request.off('data', onData).off('end', onEnd).off('close', onGone);
      finish();
    }
  });
}

function tooLarge(maxBytes: number): DomainError {
  return new DomainError('too_large', 'body_too_large', `The body is larger than ${maxBytes} bytes.`);
}

export function bodyTooSlow(): DomainError {
  return new DomainError('malformed', 'request_timeout', 'The body came too slowly.');
}

export function clientGone(): DomainError {
  return new DomainError('internal', 'cancelled', 'The client went away.');
}

const drainLimitBytes = 64 << 20;
const drainLimitMs = 10_000;

/**
 * Reads the rest of a refused body, so that the client sees the response; closing the connection immediately would
 * reset it. Time and bytes are limited, so that a client cannot send indefinitely.
 */
export function drainBody(request: IncomingMessage): void {
  if (request.complete) return;
  const { socket } = request;
  // The socket is destroyed, because Node has detached the request by the time its response is sent.
  const breakOff = () => socket.destroy();
  const timer = setTimeout(breakOff, drainLimitMs);
  const settle = () => {
    clearTimeout(timer);
    socket.off('close', settle);
  };
  let size = 0;
  request.on('data', (chunk: Buffer) => {
    size += chunk.length;
    if (size > drainLimitBytes) breakOff();
  });
  request.once('end', settle).on('error', () => undefined);
  socket.once('close', settle);
  // An earlier reader, such as an iterator or a parser, may have stopped in the middle. It would block the rest of the
  // body.
  request.unpipe().removeAllListeners('readable');
  request.resume();
}
