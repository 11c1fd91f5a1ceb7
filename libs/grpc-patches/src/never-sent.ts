import { Metadata, status } from '@grpc/grpc-js';

/**
 * Whether a client failed a call before sending it, as it does while the only process of a service is replaced. No peer
 * has seen such a call, so the call may be repeated even if it is not idempotent. grpc-js has no code for this case.
 * The error is recognized because the balancer makes it without response headers. If a peer passes on an equal error
 * from its own peer, the error has headers.
 */
export function wasNeverSent(error: unknown): boolean {
  if (!(error instanceof Error) || !('code' in error && 'details' in error && 'metadata' in error)) return false;
  const { code, details, metadata } = error;
  const hasAnswer = metadata instanceof Metadata && Object.keys(metadata.getMap()).length > 0;
  return code === status.UNAVAILABLE && !hasAnswer && /^round_robin: No connection/.test(String(details));
}
