import type { SendClass } from '@drippulse/engine';

/** A send to one person, with the facts that rules, ledger and suppressions use. */
export type SendRequest = {
  /** Key of the send's effect, the same on every attempt. */
  key: string;
  organizationId: bigint;
  workflowId: bigint;
  enrollmentId: bigint;
  stepId: string;
  mode: 'live' | 'test';
  channel: 'email';
  /** The address of the receiver. */
  to: string;
  /**
   * Addresses of further people whom the send also reaches. Their suppressions are checked, but no rules are applied to
   * them.
   */
  also?: readonly string[];
  leadRef: string | null;
  /** The contact's time zone. */
  timezone: string;
  class: SendClass;
  category: string | null;
  priority: number;
  onCapped: 'hold' | 'skip';
  plannedAt: Date;
  /** The time after which the send is skipped instead of sent; null if it is never too late. */
  expiresAt: Date | null;
};
