/** The outcome of one attempt to send a delivery. */
export type Attempt = {
  at: Date;
  durationMs: number;
  /** Absent when there was no answer. */
  statusCode?: number;
  /** Reason code of a failure; undefined for a success. */
  error?: string;
  /** The header `retry-after` of the answer. */
  retryAfter?: string;
  /** A request by the endpoint in the header `webhook-delivery` of its answer, in addition to the status. */
  asks?: 'disable' | 'abort';
  /** The body of the answer, redacted. */
  excerpt?: string;
};
