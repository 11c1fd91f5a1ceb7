/** One request. `totalTimeoutMs` lasts from the wait for a connection to the last byte of the answer. */
export type HttpRequest = {
  url: string;
  method: string;
  headers?: Record<string, string>;
  body?: Uint8Array | string;
  totalTimeoutMs: number;
  /** Limit of bytes that are read of the answer. Beyond it the connection is destroyed. Default: 64 KiB. */
  maxReadBytes?: number;
  /** Limit of bytes of the answer that are returned. Default: 16 KiB. */
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
   * name or form. There is no other access to the body, so no caller can keep one by mistake. It has no NUL, which
   * PostgreSQL refuses.
   */
  text: string;
  /** Whether the answer was longer than `text`. */
  truncated: boolean;
  durationMs: number;
};

/**
 * An answer with its body as received. It may contain credentials: only for callers that keep it sealed, or mask the
 * parts that they keep.
 */
export type WholeAnswer = Omit<HttpAnswer, 'text'> & { body: Buffer };

/** An answer whose body is read as it arrives. Leaving the loop ends the connection. */
export type Download = Pick<HttpAnswer, 'statusCode' | 'headers'> & { body: AsyncIterable<Buffer> };

/** A request that must not be repeated, so it must not use a kept connection, which may have ended in the meantime. */
export type Fresh = { freshConnection?: boolean };

/** Limit of bytes that are read of an answer whose request names no limit. */
export const defaultReadBytes = 64 * 1024;
