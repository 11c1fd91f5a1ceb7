import { Metadata, status } from '@grpc/grpc-js';

/**
 * Whether a client failed a call before it sent it, as it does while the only process of a service is replaced. No peer
 * has seen such a call, so it may be made again whatever it does. grpc-js has no code for it: the balancer makes this
 * error without headers of an answer. The same error of a peer's own peer has headers.
 */
export function wasNeverSent(error: unknown): boolean {
  if (!(error instanceof Error) || !('code' in error && 'details' in error && 'metadata' in error)) return false;
  const { code, details, metadata } = error;
  const hasAnswer = metadata instanceof Metadata && Object.keys(metadata.getMap()).length > 0;
  return code === status.UNAVAILABLE && !hasAnswer && /^round_robin: No connection/.test(String(details));
}
