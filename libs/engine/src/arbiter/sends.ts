import type { SendClass } from './rules.ts';

/** The members of a send that rules are matched against. */
type Kind = { channel: string; category: string | null; class: SendClass };

/** The enrollment that a send belongs to. */
export type Owner = { workflowId: bigint; enrollmentId: bigint };

/** A send that was allowed to be sent, so it counts towards caps and the minimum gap. */
export type PlacedSend = Kind & Owner & { at: number };

/** A send that waits until the rules allow it. */
export type PlannedSend = Kind &
  Owner & {
    key: string;
    priority: number;
    /** The time at which the send's step was reached. It orders sends of the same priority. */
    plannedAt: number;
    /** The time of the send's next try. */
    dueAt: number;
    /** The time from which the send is skipped; null: never. */
    expiresAt: number | null;
  };

/** The send to decide about. */
export type AskedSend = PlannedSend & {
  /** The contact's zone. */
  timezone: string;
  onCapped: 'hold' | 'skip';
  /** Whether an earlier attempt of the send was already allowed. The rules that count sends then apply no more. */
  isPlaced: boolean;
  /** Milliseconds by which to delay a time at which many contacts become due together. */
  spreadMs: number;
};

/**
 * Whether the first send goes before the second: the higher priority, then the earlier plan, then the lower id comes
 * first.
 */
export function goesBefore(one: PlannedSend, other: PlannedSend): boolean {
  if (one.priority !== other.priority) return one.priority > other.priority;
  if (one.plannedAt !== other.plannedAt) return one.plannedAt < other.plannedAt;
  if (one.enrollmentId !== other.enrollmentId) return one.enrollmentId < other.enrollmentId;
  return one.key < other.key;
}
