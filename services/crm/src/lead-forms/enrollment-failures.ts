import type { DomainError } from '@drippulse/errors';

const passing: ReadonlySet<DomainError['kind']> = new Set(['unavailable', 'aborted', 'resource_exhausted', 'internal']);

/** Whether an enrollment with this failure may succeed at the next attempt. */
export function mayPass({ kind }: DomainError): boolean {
  return passing.has(kind);
}

/** Whether an earlier attempt enrolled the lead, its answer was lost, and the lead changed since. */
export function isEnrolledAlready({ reason }: DomainError): boolean {
  return reason === 'idempotency_key_reused';
}
