/** One request. `totalTimeoutMs` lasts from the wait for a connection to the last byte of the response. */
export type HttpRequest = {
  url: string;
  method: string;
  headers?: Record<string, string>;
  body?: Uint8Array | string;
  totalTimeoutMs: number;
  /**
   * Maximum number of response bytes to read. If the response is longer, the connection is destroyed. Default: 64 KiB.
   */
  maxReadBytes?: number;
  /** Maximum number of response bytes to return. Default: 16 KiB. */
  keepBytes?: number;
  /**
   * Secrets that occur in the body, such as the operator's own. Secrets in headers and query need not be listed,
   * because they are found by name and form.
   */
  secrets?: readonly string[];
  signal?: AbortSignal;
};

/** A response of any status. A redirect is also returned as a response, and is never followed. */
export type HttpAnswer = {
  statusCode: number;
  /** Headers by lower-case name. Values of a repeated header are joined by ", ". */
  headers: Record<string, string>;
  /**
   * The body of the response as text, without the credentials of the request, in any form, and without any other
   * credential that is known by its name or form. There is no other access to the body, so no caller can keep a
   * credential by mistake. The text has no NUL, which PostgreSQL refuses.
   */
  text: string;
  /** Whether the response body was longer than `text`. */
  truncated: boolean;
  durationMs: number;
};

/**
 * A response with its body as received. The body may contain credentials, so the type is only for callers that keep it
 * sealed, or mask the values that they keep.
 */
export type WholeAnswer = Omit<HttpAnswer, 'text'> & { body: Buffer };

/** A response whose body is read as it arrives. Leaving the loop over the body ends the connection. */
export type Download = Pick<HttpAnswer, 'statusCode' | 'headers'> & { body: AsyncIterable<Buffer> };

/**
 * A request that must not be repeated. It must not use a kept connection, because the server may have closed such a
 * connection in the meantime.
 */
export type Fresh = { freshConnection?: boolean };

/** Number of response bytes that are read when a request has no `maxReadBytes`. */
export const defaultReadBytes = 64 * 1024;
