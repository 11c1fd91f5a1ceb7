import { counter, gauge, type Metrics } from '@drippulse/observability';
import type { SignInMethod } from './sessions/method.ts';

/** Metrics of the identity service. */
export type IdentityMetrics = {
  mfaCode(outcome: 'right' | 'wrong'): void;
  signedIn(method: SignInMethod): void;
  /** Counts a failed sign-in through a provider. */
  signInRefused(reason: 'unknown_attempt' | 'refused' | 'unreachable' | 'no_member'): void;
  /** Counts an attempt to send a mail. */
  noticeTried(outcome: string): void;
  linkMailed(kind: string): void;
  linkUsed(kind: string): void;
  /**
   * Reports by how many seconds the most overdue deletion of an organization is late, or how long it has been running.
   */
  deletionOverdue(seconds: number): void;
};

export function createIdentityMetrics(registry: Metrics): IdentityMetrics {
  const mfaCodes = counter(registry, 'drippulse_mfa_codes_total');
  const signIns = counter(registry, 'drippulse_sign_ins_total');
  const refusals = counter(registry, 'drippulse_sign_ins_refused_total');
  const notices = counter(registry, 'drippulse_notices_total');
  const deletions = gauge(registry, 'drippulse_organization_deletion_overdue_seconds');
  const links = counter(registry, 'drippulse_mailed_links_total');
  return {
    mfaCode: (outcome) => mfaCodes.inc({ outcome }),
    signedIn: (method) => signIns.inc({ method }),
    signInRefused: (reason) => refusals.inc({ reason }),
    noticeTried: (outcome) => notices.inc({ outcome }),
    linkMailed: (kind) => links.inc({ kind, step: 'mailed' }),
    linkUsed: (kind) => links.inc({ kind, step: 'used' }),
    deletionOverdue: (seconds) => deletions.set(seconds),
  };
}
