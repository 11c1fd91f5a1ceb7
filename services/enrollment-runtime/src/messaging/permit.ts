import type { EffectResult, SendClass } from '@drippulse/engine';
import type { Mailer } from '@drippulse/mail';
import type { SenderIdentity } from './senders/sender-identity.ts';

/** Not exported: nothing outside of this file can make a value with this member. */
const made = Symbol('permit');

/**
 * The right to send one message to one person, once suppressions and rules allow it. It has the only way to the mail
 * server, so that nothing is sent without one.
 */
export type Permit = {
  readonly [made]: true;
  readonly class: SendClass;
  /** Who sends, on each attempt: addresses that may stand in `From`, the signature of their domains, and the footer. */
  readonly sender: SenderIdentity;
  /** When the send got its place, the same on each attempt. */
  readonly placedAt: Date;
  /** Address of the platform, by which messages get their ids. */
  readonly mailFrom: string;
  /** Undefined without a mail server. */
  readonly mailer: Mailer | undefined;
  /**
   * Records that the mail server took the send. Call it at once: until its end, a death leaves a mail that is repeated.
   */
  record(result: EffectResult): Promise<void>;
};

/** Makes a permit. The entry of this folder does not export it. */
export function createPermit(granted: Omit<Permit, typeof made>): Permit {
  return { ...granted, [made]: true };
}
