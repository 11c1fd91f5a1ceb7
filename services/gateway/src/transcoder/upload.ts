import type { IncomingMessage } from 'node:http';
import type { Readable } from 'node:stream';
import { DomainError } from '@drippulse/errors';
import busboy from 'busboy';
import { bodyTooSlow, clientGone } from './read-body.ts';
import { createSenderWatch } from './slow-clients.ts';

export type Upload = { contentType: string; content: Readable };

/** Opens an upload: the raw body, or the part named `file` of multipart/form-data. */
export async function openUpload(request: IncomingMessage, idleTimeoutMs: number): Promise<Upload> {
  const contentType = request.headers['content-type'] ?? 'application/octet-stream';
  if (!/^multipart\/form-data\b/i.test(contentType)) return { contentType, content: request };
  return within(idleTimeoutMs, openFilePart(request));
}

function openFilePart(request: IncomingMessage): Promise<Upload> {
  return new Promise((resolve, reject) => {
    let parts: busboy.Busboy;
    try {
      parts = busboy({ headers: request.headers, limits: { parts: 100, fields: 100, fieldSize: 1 << 10 } });
    } catch (cause) {
      reject(malformedMultipart(cause));
      return;
    }
    parts.on('file', (name, content, { mimeType }) => {
      content.on('error', () => undefined); // the reader of the part gets the error; other parts are not read
      if (name === 'file') resolve({ contentType: mimeType, content });
      else content.resume();
    });
    parts.on('error', (cause) => reject(cause instanceof DomainError ? cause : malformedMultipart(cause)));
    parts.once('close', () => reject(missingFile()));
    // A pipe does not pass on that its source was aborted, so the parser and its file part would wait indefinitely.
    request.once('close', () => {
      if (!request.complete) parts.destroy(clientGone());
    });
    request.pipe(parts);
  });
}

/** Returns the chunks of an upload. They end with an error when the sender is too slow or leaves. */
export async function* chunksOf({ content }: Upload, idleTimeoutMs: number): AsyncGenerator<Buffer> {
  const isTooSlow = createSenderWatch(performance.now(), idleTimeoutMs);
  // The request is not destroyed on return, because an early response needs the request's socket.
  const chunks = content.iterator({ destroyOnReturn: false });
  for (;;) {
    const next: IteratorResult<Buffer> = await within(idleTimeoutMs, chunks.next()).catch(asUploadError);
    if (next.done) return;
    if (isTooSlow(next.value.length, performance.now())) throw bodyTooSlow();
    yield next.value;
  }
}

async function within<T>(timeoutMs: number, promise: Promise<T>): Promise<T> {
  const late = Promise.withResolvers<never>();
  const timer = setTimeout(() => late.reject(bodyTooSlow()), timeoutMs);
  try {
    return await Promise.race([promise, late.promise]);
  } finally {
    clearTimeout(timer);
  }
}

function asUploadError(cause: unknown): never {
  if (cause instanceof DomainError) throw cause;
  throw new DomainError('malformed', 'upload_incomplete', 'The upload ended before it was complete.', { cause });
}

function malformedMultipart(cause: unknown): DomainError {
  return new DomainError('malformed', 'malformed_multipart', 'The body is not valid multipart/form-data.', { cause });
}

function missingFile(): DomainError {
  return new DomainError('malformed', 'parameter_missing', 'Required parameter missing: file', {
    violations: [{ field: 'file', message: 'is required', code: 'required' }],
  });
}
