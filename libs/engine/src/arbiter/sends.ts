import type { SendClass } from './rules.ts';

/** The members of a send that rules match. */
type Kind = { channel: string; category: string | null; class: SendClass };

/** The enrollment that a send belongs to. */
export type Owner = { workflowId: bigint; enrollmentId: bigint };

/** A send that has its place: it counts against caps and gap. */
export type PlacedSend = Kind & Owner & { at: number };

/** A send that waits for its place. */
export type PlannedSend = Kind &
  Owner & {
    key: string;
    priority: number;
    /** The time at which its step was reached. Sends of one priority are compared by it. */
    plannedAt: number;
    /** The time of its next try. */
    dueAt: number;
    /** The time from which it is skipped; null: never. */
    expiresAt: number | null;
  };

/** The send to decide about. */
export type AskedSend = PlannedSend & {
  /** The contact's zone. */
  timezone: string;
  onCapped: 'hold' | 'skip';
  /** Whether an earlier attempt got its place, which it keeps. */
  isPlaced: boolean;
  /** Added to times at which many contacts become due together. */
  spreadMs: number;
};

/** Whether the first send goes before the second: the higher priority, then the earlier plan, then the lower id. */
export function goesBefore(one: PlannedSend, other: PlannedSend): boolean {
  if (one.priority !== other.priority) return one.priority > other.priority;
  if (one.plannedAt !== other.plannedAt) return one.plannedAt < other.plannedAt;
  if (one.enrollmentId !== other.enrollmentId) return one.enrollmentId < other.enrollmentId;
  return one.key < other.key;
}
