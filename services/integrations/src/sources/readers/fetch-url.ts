import { type HttpClient, HttpFailure } from '@drippulse/http';
import { SourceFailure, unreadable } from '../failure.ts';

export type UrlRequest = {
  url: string;
  headers: Readonly<Record<string, string>>;
  maxBytes: number;
  timeoutMs: number;
  signal?: AbortSignal;
};
export type UrlAnswer = { status: number; headers: Readonly<Record<string, string>>; body: AsyncIterable<Buffer> };

/** Kinds of permanent failures, which only a person can resolve. */
const lasting: ReadonlySet<string> = new Set([
  'address_not_allowed',
  'url_not_allowed',
  'tls_failed',
  'protocol_error',
  'too_large',
]);

/**
 * Fetches a URL that a customer chose; it must be public and use https. Does not follow redirects. Returns an answer
 * with status 200 or 304, and throws a failure with a message for any other result.
 */
export async function fetchUrl(http: HttpClient, o: UrlRequest): Promise<UrlAnswer> {
  const { url, headers, maxBytes, timeoutMs, signal } = o;
  try {
    const answer = await http.download({
      url,
      method: 'GET',
      headers: { accept: '*/*', ...headers },
      totalTimeoutMs: timeoutMs,
      maxReadBytes: maxBytes,
      ...(signal && { signal }),
    });
    if (answer.statusCode === 200) return { status: 200, headers: answer.headers, body: told(answer.body, maxBytes) };
    // Reads and closes the body, because an unread body would keep the request's connection and timer alive.
    for await (const _ of answer.body) break;
    if (answer.statusCode === 304) return { status: 304, headers: answer.headers, body: nothing() };
    throw refusalOf(answer.statusCode, answer.headers);
  } catch (error) {
    throw failureOf(error, maxBytes);
  }
}

/** Yields the body. Converts HTTP failures to failures of the source. */
async function* told(body: AsyncIterable<Buffer>, maxBytes: number): AsyncGenerator<Buffer> {
  try {
    yield* body;
  } catch (error) {
    throw failureOf(error, maxBytes);
  }
}

/** Yields nothing, for a response without a body. */
async function* nothing(): AsyncGenerator<Buffer> {}

function refusalOf(status: number, headers: Readonly<Record<string, string>>): SourceFailure {
  if (status >= 300 && status < 400) {
    const host = URL.parse(headers['location'] ?? '')?.host;
    const place = host === undefined ? 'another address' : host;
    return unreadable(
      `The address redirects to ${place}, and redirects are not followed. Use the address that it leads to.`,
    );
  }
  if (status === 401 || status === 403) {
    return unreadable(`The address answered ${status}: it needs credentials, or those in the headers are refused.`);
  }
  const message = `The address answered ${status}.`;
  if (status !== 429 && status !== 408 && status < 500) return unreadable(message);
  const seconds = Number(headers['retry-after']);
  const passing = Number.isFinite(seconds) && seconds > 0 ? { retryAfterMs: Math.min(seconds, 3_600) * 1_000 } : {};
  return new SourceFailure('source_unreadable', message, { passing });
}

function failureOf(error: unknown, maxBytes: number): unknown {
  if (!(error instanceof HttpFailure)) return error;
  const message = error.code === 'too_large' ? `The answer is larger than ${sizeOf(maxBytes)}.` : error.message;
  if (lasting.has(error.code)) return unreadable(`The address cannot be read. ${message}`, error);
  return new SourceFailure('source_unreadable', `The address cannot be read. ${message}`, {
    passing: {},
    cause: error,
  });
}

function sizeOf(bytes: number): string {
  return bytes >= 1 << 30 ? `${bytes / (1 << 30)} GiB` : `${bytes / (1 << 20)} MiB`;
}
