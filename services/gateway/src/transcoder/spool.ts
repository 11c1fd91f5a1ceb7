import { randomUUID } from 'node:crypto';
import { type FileHandle, open, unlink } from 'node:fs/promises';
import type { IncomingMessage } from 'node:http';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { create, type DescField, type Message } from '@bufbuild/protobuf';
import { DomainError } from '@drippulse/errors';
import type { Held } from '@drippulse/loops';
import { HttpBodySchema } from '@drippulse/proto/google/api/httpbody_pb';
import { chunksOf, type Upload } from './upload.ts';

/** An upload that has arrived. */
export type Spooled = {
  /**
   * Returns the messages of the upload: the first has the parameters and the content type, and each has some of the
   * bytes.
   */
  messages(parameters: Message, bodyField: DescField): AsyncGenerator<Message>;
  close(): Promise<void>;
};

const maxUploadBytes = 512 << 20;
/** Maximum size of the multipart/form-data framing around the file. */
const framingBytes = 1 << 20;
const messageBytes = 128 << 10;

/** Refuses an upload based on its declared length, before any byte of the upload is read. */
export function checkUploadSize({ headers }: IncomingMessage): void {
  const isMultipart = /^multipart\//i.test(headers['content-type'] ?? '');
  const most = isMultipart ? maxUploadBytes + framingBytes : maxUploadBytes;
  if (Number(headers['content-length'] ?? 0) > most) throw tooLarge();
}

/**
 * Stores an upload in a file until its last byte has arrived. Thus a service that occupies connections, transactions or
 * locks for the upload never waits for the sender. The file has no name, so nothing of it remains when the process
 * dies.
 */
export async function spool(
  upload: Upload,
  { idleTimeoutMs, held }: { idleTimeoutMs: number; held: Held },
): Promise<Spooled> {
  const file = await openNameless().catch(asNoRoom);
  try {
    let size = 0;
    for await (const chunk of chunksOf(upload, idleTimeoutMs)) {
      size += chunk.length;
      if (size > maxUploadBytes) throw tooLarge();
      held.add(chunk.length);
      await file.appendFile(chunk).catch(asNoRoom);
    }
  } catch (error) {
    await file.close();
    throw error;
  }
  return {
    messages: (parameters, bodyField) => readMessages(file, upload.contentType, parameters, bodyField),
    close: () => file.close(),
  };
}

async function openNameless(): Promise<FileHandle> {
  const name = path.join(tmpdir(), `drippulse-upload-${randomUUID()}`);
  const file = await open(name, 'wx+', 0o600);
  await unlink(name);
  return file;
}

async function* readMessages(
  file: FileHandle,
  contentType: string,
  parameters: Message,
  bodyField: DescField,
): AsyncGenerator<Message> {
  let first: Message | undefined = parameters;
  let position = 0;
  for (;;) {
    const buffer = Buffer.allocUnsafe(messageBytes);
    const { bytesRead } = await file.read(buffer, 0, messageBytes, position);
    if (bytesRead === 0 && first === undefined) return;
    const body = create(HttpBodySchema, { contentType: first && contentType, data: buffer.subarray(0, bytesRead) });
    yield Object.assign(first ?? create(bodyField.parent), { [bodyField.localName]: body });
    position += bytesRead;
    first = undefined;
  }
}

function tooLarge(): DomainError {
  return new DomainError('too_large', 'body_too_large', 'An upload may have at most 512 MiB. Send the file in parts.');
}

/** Converts the error of a full or broken disk into the error for a lack of room. */
function asNoRoom(cause: unknown): never {
  throw new DomainError('unavailable', 'busy', 'There is no room for uploads.', { cause, retryAfterSeconds: 5 });
}
