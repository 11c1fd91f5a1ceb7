import type { FactKind } from '../rollups/kinds.ts';

/**
 * One thing that happened, without anything that identifies a person. Members that do not apply to its kind are absent.
 */
export type Fact = {
  organizationId: bigint;
  /** When it happened; the quarter hour of this time counts it. */
  at: Date;
  /** UUID of the event that reported it. */
  id: string;
  mode: 'live' | 'test';
  kind: FactKind;
  workflowId?: bigint;
  version?: number;
  /**
   * A variant that the enrollment got in a split. Such a fact is a part of one without it, and counts for the variant
   * alone.
   */
  variant?: string;
  stepId?: string;
  /** The category of a mail. */
  category?: string;
  /** Where the receiver's mailbox is. */
  domain?: string;
  /** The agent or webhook that it is about. */
  subjectId?: bigint;
  /** Milliseconds that it took. */
  ms?: number;
  /** Cents of money, or millionths of a dollar of cost. */
  amount?: bigint;
  currency?: string;
  /** How many alike it stands for. Default: 1. */
  count?: number;
};
