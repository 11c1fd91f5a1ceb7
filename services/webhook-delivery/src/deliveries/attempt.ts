/** The outcome of one attempt to send a delivery. */
export type Attempt = {
  at: Date;
  durationMs: number;
  /** Absent when there was no response. */
  statusCode?: number;
  /** Reason code of a failure; undefined for a success. */
  error?: string;
  /** The header `retry-after` of the response. */
  retryAfter?: string;
  /** A request by the endpoint in the header `webhook-delivery` of its response, in addition to the status. */
  asks?: 'disable' | 'abort';
  /** The body of the response, redacted. */
  excerpt?: string;
};
