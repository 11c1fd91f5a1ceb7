import type { JsonObject } from '@drippulse/engine';

/** What a rendered `webhook_callback` request asks for. */
export type CallbackRequest = {
  url: string;
  method: string;
  headers: Record<string, string>;
  body: string | undefined;
  timeoutMs: number;
  signWith: bigint | undefined;
};

const defaultTimeoutSeconds = 15;
const longestTimeoutSeconds = 60;

/** Ours to set: none of them is taken from a step. */
const reservedHeader =
  /^(host|content-length|transfer-encoding|connection|keep-alive|upgrade|te|trailer|expect|proxy-.*|idempotency-key|webhook-(id|timestamp|signature))$/;
const headerName = /^[!#$%&'*+.^_`|~0-9a-z-]+$/;

/** Reads the intent again with the same care as when it was rendered: a stored row is input too. */
export function readRequest(request: JsonObject): CallbackRequest {
  const { url, method, headers, body, sign_with: signWith } = request;
  return {
    url: String(url),
    method: typeof method === 'string' ? method : 'POST',
    headers: readHeaders(headers),
    body: typeof body === 'string' ? body : undefined,
    timeoutMs: timeoutOf(request),
    signWith: /^\d{1,18}$/.test(String(signWith)) ? BigInt(String(signWith)) : undefined,
  };
}

export function timeoutOf(request: JsonObject): number {
  const seconds = Number(request['timeout_seconds']);
  const isSensible = seconds > 0 && seconds <= longestTimeoutSeconds;
  return (isSensible ? seconds : defaultTimeoutSeconds) * 1000;
}

function readHeaders(headers: unknown): Record<string, string> {
  if (typeof headers !== 'object' || headers === null) return {};
  return Object.fromEntries(
    Object.entries(headers)
      .map(([name, value]): [string, string] => [name.toLowerCase(), oneLine(String(value))])
      .filter(([name]) => headerName.test(name) && !reservedHeader.test(name)),
  );
}

function oneLine(value: string): string {
  return value.replace(/[^\t\x20-\x7e\x80-\xff]+/g, ' ').trim();
}
