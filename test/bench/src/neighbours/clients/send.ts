import { Agent, request as httpRequest } from 'node:http';
import type { Place } from '../attack.ts';

/** A whole request. */
export type Sent = {
  method: string;
  path: string;
  token: string;
  body?: string;
  contentType?: string;
  headers?: Readonly<Record<string, string>>;
};

const agent = new Agent({ keepAlive: true });

/**
 * Sends a request and reads its whole answer without keeping it, so that large answers cost this process little.
 * Resolves to the status, or to undefined if the connection or the signal ended it.
 */
export function send({ base }: Place, sent: Sent, signal?: AbortSignal): Promise<number | undefined> {
  const { method, path, token, body, contentType = 'application/json', headers } = sent;
  return new Promise((resolve) => {
    const request = httpRequest(base + path, {
      method,
      agent,
      ...(signal !== undefined && { signal }),
      headers: {
        authorization: `Bearer ${token}`,
        ...(body !== undefined && { 'content-type': contentType, 'content-length': Buffer.byteLength(body) }),
        ...headers,
      },
    });
    request.once('error', () => resolve(undefined));
    request.once('response', (response) => {
      response.once('error', () => resolve(undefined));
      response.resume().once('end', () => resolve(response.statusCode));
    });
    request.end(body);
  });
}
