/** One request. `totalTimeoutMs` lasts from the wait for a connection to the last byte of the answer. */
export type HttpRequest = {
  url: string;
  method: string;
  headers?: Record<string, string>;
  body?: Uint8Array | string;
  totalTimeoutMs: number;
  /** Most bytes to read of the answer. Beyond them the connection is destroyed. Default: 64 KiB. */
  maxReadBytes?: number;
  /** Most bytes of the answer to return. Default: 16 KiB. */
  keepBytes?: number;
  /** Secrets in the body, such as the operator's own. Those of headers and query are found by their names and forms. */
  secrets?: readonly string[];
  signal?: AbortSignal;
};

/** An answer of any status. A redirect is an answer too, and is never followed. */
export type HttpAnswer = {
  statusCode: number;
  /** By lower-case name. Values of a repeated header are joined by ", ". */
  headers: Record<string, string>;
  /**
   * The body as text, without the credentials of the request, in any form, and without any other that is known by its
   * name or form. There is no other way to the body, so nobody can keep one by mistake. It has no NUL, which PostgreSQL
   * refuses.
   */
  text: string;
  /** Whether the answer was longer than `text`. */
  truncated: boolean;
  durationMs: number;
};

/**
 * An answer with its body as it came. It may hold credentials: only for callers that keep it sealed, or mask what they
 * keep.
 */
export type WholeAnswer = Omit<HttpAnswer, 'text'> & { body: Buffer };

/** An answer whose body is read as it comes. Leaving the loop ends the connection. */
export type Download = Pick<HttpAnswer, 'statusCode' | 'headers'> & { body: AsyncIterable<Buffer> };

/** A request of which a repeat would matter, so that it must not go over a connection that may have ended meanwhile. */
export type Fresh = { freshConnection?: boolean };

/** Most bytes that are read of an answer whose request names no limit. */
export const defaultReadBytes = 64 * 1024;
