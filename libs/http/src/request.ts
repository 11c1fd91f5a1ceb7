/** One request. `totalTimeoutMs` lasts from the wait for a connection to the last byte of the answer. */
export type HttpRequest = {
  url: string;
  method: string;
  headers?: Record<string, string>;
  body?: Uint8Array | string;
  totalTimeoutMs: number;
  /** Maximum number of answer bytes to read. Beyond it the connection is destroyed. Default: 64 KiB. */
  maxReadBytes?: number;
  /** Maximum number of answer bytes to return. Default: 16 KiB. */
  keepBytes?: number;
  /** Secrets in the body, such as the operator's own. Secrets in headers and query are found by name and form. */
  secrets?: readonly string[];
  signal?: AbortSignal;
};

/** An answer of any status. A redirect is an answer too, and is never followed. */
export type HttpAnswer = {
  statusCode: number;
  /** Headers by lower-case name. Values of a repeated header are joined by ", ". */
  headers: Record<string, string>;
  /**
   * The body as text, without the credentials of the request, in any form, and without any other credential that is
   * known by its name or form. There is no other access to the body, so no caller can keep a credential by mistake. The
   * text has no NUL, which PostgreSQL refuses.
   */
  text: string;
  /** Whether the answer was longer than `text`. */
  truncated: boolean;
  durationMs: number;
};

/**
 * An answer with its body as received. The body may contain credentials, so the type is only for callers that keep it
 * sealed, or mask the values that they keep.
 */
export type WholeAnswer = Omit<HttpAnswer, 'text'> & { body: Buffer };

/** An answer whose body is read as it arrives. Leaving the loop ends the connection. */
export type Download = Pick<HttpAnswer, 'statusCode' | 'headers'> & { body: AsyncIterable<Buffer> };

/** A request that must not be repeated, so it must not use a kept connection, which may have ended in the meantime. */
export type Fresh = { freshConnection?: boolean };

/** Number of answer bytes that are read when a request names no limit. */
export const defaultReadBytes = 64 * 1024;
