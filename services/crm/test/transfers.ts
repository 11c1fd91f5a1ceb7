import type { HttpBody } from '@drippulse/proto/google/api/httpbody_pb';

/** Reads the text of an export. */
export async function readExport(messages: AsyncIterable<{ body?: HttpBody }>): Promise<string> {
  const parts: Uint8Array[] = [];
  for await (const { body } of messages) parts.push(body?.data ?? new Uint8Array());
  return Buffer.concat(parts).toString();
}

type Options = { contentType?: string; dryRun?: boolean; pieceBytes?: number };

/** Yields an upload. Pieces of a few bytes split characters, quotes and line ends. */
export async function* upload(content: string | Uint8Array, options: Options = {}) {
  const { contentType = 'text/csv', dryRun = false, pieceBytes = 10_000 } = options;
  const bytes = Buffer.from(content);
  for (let start = 0; start < bytes.length; start += pieceBytes) {
    yield { dryRun, body: { contentType, data: bytes.subarray(start, start + pieceBytes) } };
  }
}
