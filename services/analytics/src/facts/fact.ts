import type { FactKind } from '../rollups/kinds.ts';

/** A fact about an event, without anything that identifies a person. Members that its kind does not have are absent. */
export type Fact = {
  organizationId: bigint;
  /** Time of the event. The fact is counted in the quarter hour that contains this time. */
  at: Date;
  /** UUID of the event that reported the fact. */
  id: string;
  mode: 'live' | 'test';
  kind: FactKind;
  workflowId?: bigint;
  version?: number;
  /**
   * The enrollment's variant in a split. A fact with a variant is a copy of a fact without a variant, and is counted
   * only for the variant.
   */
  variant?: string;
  stepId?: string;
  /** The category of a mail. */
  category?: string;
  /** Provider of the receiver's mailbox. */
  domain?: string;
  /** The agent or the webhook that the event concerns. */
  subjectId?: bigint;
  /** Duration in milliseconds. */
  ms?: number;
  /** Money in cents, or a cost in millionths of a dollar. */
  amount?: bigint;
  currency?: string;
  /** Number of equal events that the fact represents. Default: 1. */
  count?: number;
};
