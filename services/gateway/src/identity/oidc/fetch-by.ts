import type { HttpClient } from '@drippulse/http';
import type { CustomFetch } from 'openid-client';

const timeoutMs = 8_000;
/** Maximum size of a document. Documents of providers have a few KiB; key sets are the largest. */
const maxBytes = 256 * 1024;
/** Statuses without a body. `Response` throws if a body is given for one of them. */
const bodiless: ReadonlySet<number> = new Set([101, 204, 205, 304]);

/** Makes openid-client send its requests with our HTTP client, which connects only to public addresses. */
export function fetchBy(http: HttpClient): CustomFetch {
  return async (url, { method, headers, body, signal }) => {
    const answer = await http.exchange({
      url,
      method,
      headers,
      totalTimeoutMs: timeoutMs,
      maxReadBytes: maxBytes,
      ...(body !== undefined && body !== null && { body: textOf(body) }),
      ...(signal && { signal }),
    });
    if (answer.truncated) throw new Error(`the answer is longer than ${maxBytes} bytes`);
    const shown = bodiless.has(answer.statusCode) ? null : new Uint8Array(answer.body);
    return new Response(shown, { status: answer.statusCode, headers: answer.headers });
  };
}

/** Converts the body of a sign-in request, which is a form, to a string. */
function textOf(body: NonNullable<Parameters<CustomFetch>[1]['body']>): string {
  if (typeof body === 'string' || body instanceof URLSearchParams) return body.toString();
  throw new Error('openid-client sends a body that is not a form');
}
