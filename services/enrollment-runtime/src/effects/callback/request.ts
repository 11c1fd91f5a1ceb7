import { isRawNumber, type JsonObject, type JsonValue } from '@drippulse/json';

/** A rendered `webhook_callback` request. */
export type CallbackRequest = {
  url: string;
  method: string;
  headers: Record<string, string>;
  body: string | undefined;
  timeoutMs: number;
  signWith: bigint | undefined;
};

/**
 * Reads the intent that the engine rendered. Headers that only the platform sets cannot occur: saving refuses steps
 * with them.
 */
export function readRequest(request: JsonObject): CallbackRequest {
  const { url, method, headers, body, sign_with: signWith } = request;
  return {
    url: String(url),
    method: String(method),
    headers: readHeaders(headers),
    body: typeof body === 'string' ? body : undefined,
    timeoutMs: timeoutOf(request),
    // Throws when the value is not an id, so that a request that must be signed is never sent unsigned.
    signWith: signWith === null || signWith === undefined ? undefined : BigInt(String(signWith)),
  };
}

export function timeoutOf(request: JsonObject): number {
  return Number(request['timeout_seconds']) * 1000;
}

function readHeaders(headers: JsonValue | undefined): Record<string, string> {
  if (typeof headers !== 'object' || headers === null || isRawNumber(headers)) return {};
  return Object.fromEntries(Object.entries(headers).map(([name, value]) => [name, String(value)]));
}
