import type { ServerResponse } from 'node:http';
import { clientGone } from './read-body.ts';

/**
 * Number of bytes that are written in one piece. A client that reads none of them for `unreadTimeoutMs` is
 * disconnected.
 */
export const sliceBytes = 64 << 10;

/** Writes a response at the client's pace, so that only a small part of it waits in memory. */
export async function writeOut(
  response: ServerResponse,
  chunks: AsyncIterable<string | Uint8Array> | Iterable<string | Uint8Array>,
): Promise<void> {
  for await (const chunk of chunks) {
    const bytes = typeof chunk === 'string' ? Buffer.from(chunk) : chunk;
    for (let start = 0; start < bytes.length; start += sliceBytes) {
      if (response.destroyed) throw clientGone();
      if (!response.write(bytes.subarray(start, start + sliceBytes))) await drained(response);
    }
  }
}

function drained(response: ServerResponse): Promise<void> {
  return new Promise((resolve, reject) => {
    const settle = () => response.off('drain', onDrain).off('close', onClose);
    const onDrain = () => {
      settle();
      resolve();
    };
    const onClose = () => {
      settle();
      reject(clientGone());
    };
    response.on('drain', onDrain).on('close', onClose);
  });
}
