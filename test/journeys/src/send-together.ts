import http from 'node:http';
import { type ApiAnswer, checkAgainstOpenApi } from '@drippulse/harness';

/** One of several requests that are sent at the same time. */
export type Sent = { method: string; path: string; body: object; headers: Record<string, string> };

/**
 * Sends requests so that all are sent before any of them gets a response. First sends every body except its last byte,
 * and then all last bytes in one turn of the event loop. The platform calls nothing before it has received the last
 * byte of a request.
 */
export async function sendTogether(baseUrl: string, token: string, requests: readonly Sent[]): Promise<ApiAnswer[]> {
  const opened = await Promise.all(requests.map((request) => begin(baseUrl, token, request)));
  return Promise.all(opened.map(({ finish }) => finish()));
}

async function begin(baseUrl: string, token: string, { method, path, body, headers }: Sent) {
  const bytes = Buffer.from(JSON.stringify(body));
  const request = http.request(`${baseUrl}${path}`, {
    method,
    agent: false,
    headers: {
      authorization: `Bearer ${token}`,
      'content-type': 'application/json',
      'content-length': bytes.length,
      ...headers,
    },
  });
  const answered = new Promise<http.IncomingMessage>((resolve, reject) =>
    request.once('response', resolve).once('error', reject),
  );
  // This keeps Node from reporting an unhandled rejection; the promise is awaited below.
  answered.catch(() => undefined);
  await new Promise<void>((resolve, reject) =>
    request.write(bytes.subarray(0, -1), (error) => (error ? reject(error) : resolve())),
  );
  return {
    async finish(): Promise<ApiAnswer> {
      request.end(bytes.subarray(-1));
      return readAnswer(method, path, await answered);
    },
  };
}

async function readAnswer(method: string, path: string, answer: http.IncomingMessage): Promise<ApiAnswer> {
  const text = Buffer.concat(await answer.toArray()).toString();
  const status = answer.statusCode ?? 0;
  const headers = new Headers(
    Object.entries(answer.headers).map(([name, value]): [string, string] => [name, String(value)]),
  );
  const body = text === '' ? undefined : JSON.parse(text);
  checkAgainstOpenApi(method, path, status, body, headers.get('content-type'));
  return { status, headers, text, body };
}
