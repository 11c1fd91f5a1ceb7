import type { DomainError } from '@drippulse/errors';

const passing: ReadonlySet<DomainError['kind']> = new Set(['unavailable', 'aborted', 'resource_exhausted', 'internal']);

/** Whether a failure may be transient, so that the next attempt to enroll may succeed. */
export function mayPass({ kind }: DomainError): boolean {
  return passing.has(kind);
}

/**
 * Whether an earlier attempt enrolled the lead. The answer of that attempt was lost, and the lead has changed since
 * then.
 */
export function isEnrolledAlready({ reason }: DomainError): boolean {
  return reason === 'idempotency_key_reused';
}
