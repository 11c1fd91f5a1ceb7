import type { EffectResult, SendClass } from '@drippulse/engine';
import type { Mailer } from '@drippulse/mail';
import type { SenderIdentity } from './senders/sender-identity.ts';

/** The symbol is not exported, so no code outside of this file can make a value with this member. */
const made = Symbol('permit');

/**
 * The right to send one message to one person, which suppressions and rules have allowed. Only a permit gives access to
 * the mail server, so nothing is sent without one.
 */
export type Permit = {
  readonly [made]: true;
  readonly class: SendClass;
  /**
   * The sender, the same on each attempt: addresses that may stand in `From`, the signature of their domains, and the
   * footer.
   */
  readonly sender: SenderIdentity;
  /** The time at which the send got its place, the same on every attempt. */
  readonly placedAt: Date;
  /** Address of the platform, from which messages get their ids. */
  readonly mailFrom: string;
  /** Undefined without a mail server. */
  readonly mailer: Mailer | undefined;
  /**
   * Records that the mail server accepted the send. Call it immediately, because the mail is repeated if the process
   * dies before the record is stored.
   */
  record(result: EffectResult): Promise<void>;
};

/** Makes a permit. The entry point of this folder does not export this function. */
export function createPermit(granted: Omit<Permit, typeof made>): Permit {
  return { ...granted, [made]: true };
}
