import { isRawNumber, type JsonObject, type JsonValue } from '@drippulse/json';

/** What a rendered `webhook_callback` request asks for. */
export type CallbackRequest = {
  url: string;
  method: string;
  headers: Record<string, string>;
  body: string | undefined;
  timeoutMs: number;
  signWith: bigint | undefined;
};

/** Reads the intent as the engine rendered it; names that are the platform's to set were refused with the step. */
export function readRequest(request: JsonObject): CallbackRequest {
  const { url, method, headers, body, sign_with: signWith } = request;
  return {
    url: String(url),
    method: String(method),
    headers: readHeaders(headers),
    body: typeof body === 'string' ? body : undefined,
    timeoutMs: timeoutOf(request),
    // What is no id throws: a request that was to be signed never goes out without a signature.
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
