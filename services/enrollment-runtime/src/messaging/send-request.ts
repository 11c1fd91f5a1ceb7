import type { SendClass } from '@drippulse/engine';

/** A send to one person: what rules, ledger and suppressions go by. */
export type SendRequest = {
  /** Key of its effect, the same on each attempt. */
  key: string;
  organizationId: bigint;
  workflowId: bigint;
  enrollmentId: bigint;
  stepId: string;
  mode: 'live' | 'test';
  channel: 'email';
  /** The address of the receiver. */
  to: string;
  /** Addresses of others whom it reaches too: their suppressions count, and no rule. */
  also?: readonly string[];
  leadRef: string | null;
  /** The contact's zone. */
  timezone: string;
  class: SendClass;
  category: string | null;
  priority: number;
  onCapped: 'hold' | 'skip';
  plannedAt: Date;
  /** From when on it is skipped. */
  expiresAt: Date | null;
};
