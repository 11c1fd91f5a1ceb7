import { DomainError } from '@drippulse/errors';
import { S3mini, S3ServiceError } from 's3mini';
import type { FileStore } from './store.ts';

/** A bucket of S3, or of a server with the same protocol. `endpoint` contains the bucket in its path or its host. */
export type S3Settings = { endpoint: string; region: string; accessKeyId: string; secretAccessKey: string };

/** Size of a part. S3 accepts up to 10,000 parts, each of 5 MiB or more. */
const partBytes = 8 * 1024 * 1024;
/** Time limit of each request. Reads of a file have no limit, because they take as long as their reader. */
const timeoutMs = 60_000;

/** Returns a store of files as objects in a bucket. */
export function s3Store(settings: S3Settings): FileStore {
  const s3 = new S3mini({ ...settings, requestAbortTimeout: timeoutMs });
  const reading = new S3mini(settings);
  return {
    name: 's3',
    async write(name, pieces, onUpload) {
      const upload = await asked(s3.getMultipartUploadId(name));
      try {
        await onUpload(upload);
        const parts: { partNumber: number; etag: string }[] = [];
        let bytes = 0;
        for await (const part of inParts(pieces)) {
          parts.push(await asked(s3.uploadPart(name, upload, part, parts.length + 1)));
          bytes += part.length;
        }
        await asked(s3.completeMultipartUpload(name, upload, parts));
        // Checks the size, because a server may answer 200 with an error in the body.
        const stored = await asked(s3.getContentLength(name));
        if (stored !== bytes) throw new Error(`the object has ${stored} bytes of ${bytes}`);
        return bytes;
      } catch (error) {
        await s3.abortMultipartUpload(name, upload).catch(() => undefined);
        throw error;
      }
    },
    async *read(name) {
      const { body } = await asked(reading.getObjectRaw(name));
      if (body !== null) yield* body;
    },
    async remove(name, upload) {
      if (upload !== undefined) await asked(unlessMissing(s3.abortMultipartUpload(name, upload)));
      await asked(unlessMissing(s3.deleteObject(name)));
    },
  };
}

/** Joins pieces into parts; the last part may be shorter. Yields at least one part. */
async function* inParts(pieces: AsyncIterable<Buffer>): AsyncGenerator<Buffer> {
  let waiting: Buffer[] = [];
  let bytes = 0;
  let count = 0;
  for await (const piece of pieces) {
    waiting.push(piece);
    bytes += piece.length;
    if (bytes < partBytes) continue;
    yield Buffer.concat(waiting);
    [waiting, bytes] = [[], 0];
    count += 1;
  }
  if (bytes > 0 || count === 0) yield Buffer.concat(waiting);
}

/** Ignores a missing upload or object: the upload was completed, or the object was deleted. */
async function unlessMissing(answer: Promise<unknown>): Promise<void> {
  await answer.catch((error: unknown) => {
    if (!(error instanceof S3ServiceError) || error.status !== 404) throw error;
  });
}

/**
 * Converts the error of an unavailable or busy server to one that is retried later. A refusal means that the settings
 * are wrong.
 */
async function asked<T>(answer: Promise<T>): Promise<T> {
  return answer.catch((error: unknown) => {
    const status = error instanceof S3ServiceError ? error.status : undefined;
    if (status !== undefined && status < 500 && status !== 429) throw error;
    throw new DomainError('unavailable', 'artifact_store_unavailable', 'The store of files does not answer.', {
      cause: error,
    });
  });
}
