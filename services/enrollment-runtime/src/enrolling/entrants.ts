import type { Mode } from '../enrollments/enrollment-row.ts';
import type { Lane } from '../lanes/lane.ts';

/**
 * The chain of a contact. `counts` is true if the contact's enrollment must still be counted in the chain. It is false
 * if the cause itself starts the enrollment, or the caller has counted the enrollment already.
 */
export type Link = { cause: string; counts: boolean };

/** Contacts that enter a workflow. */
export type Entrants = {
  /** The lane of the workflow, which the transaction has locked. */
  lane: Lane;
  mode: Mode;
  /** The number of workflows that led to this entry; 0 unless a workflow started the enrollments. */
  hops?: number;
  timezone: string;
  agentId: bigint | null;
  /** JSON texts of objects, one for each contact. */
  contacts: readonly string[];
  /** The chain that each contact belongs to. Default: each enrollment is itself a cause. */
  links?: readonly Link[];
  /** Time of the entry. Default: the start of the transaction, or the time at which the gate has its locks. */
  at?: Date;
  /**
   * The treatment of contacts beyond the quota. Default: they are held. `wait`: they are already held. `refuse`: nobody
   * enters unless all contacts do. `leave_out`: the covered contacts enter, unless the quota covers nobody.
   */
  beyondQuota?: 'hold' | 'wait' | 'refuse' | 'leave_out';
  /**
   * Each contact's place in line, if several `Entrants` share a quota: lower places enter first. Default: the order of
   * the contacts.
   */
  places?: readonly bigint[];
};

/** The result for a contact. A person who is held out also has an enrollment. */
export type EntryAnswer =
  | { decision: 'entered' | 'holdout'; id: bigint }
  | { decision: 'refused'; reason: 're_entry' | 'quota' | 'chain'; allowedAt: Date | undefined }
  | { decision: 'held'; reason: HeldReason; id: bigint | undefined; until: Date };

/** The reason for which a contact waits: a quota, or an overdue payment of the organization. */
export type HeldReason = 'quota' | 'payment';

/** Returns the ids of the enrollments made. */
export function idsOf(entries: readonly EntryAnswer[]): bigint[] {
  return entries.flatMap((entry) => (entry.decision === 'entered' || entry.decision === 'holdout' ? [entry.id] : []));
}
