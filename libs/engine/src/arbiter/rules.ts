import type { Unit } from '../time/spans.ts';

/** A length of time. Days and weeks are calendar units. */
export type Span = { duration: number; unit: Unit };

/**
 * Hours of the day in which nothing is sent, in the contact's zone. If `to` is not after `from`, the hours last past
 * midnight; `24:00` is the end of the day. `days` are the days on which the hours begin (1 Monday to 7 Sunday; empty:
 * every day).
 */
export type QuietHours = { channel: string | null; from: string; to: string; days: readonly number[] };

/** A cap of `limit` sends in `per`. A null channel or category counts sends of all channels or categories. */
export type Cap = {
  id: string;
  channel: string | null;
  category: string | null;
  limit: number;
  per: Span;
  /**
   * The window of the cap. `rolling`: the last hours or days before each send. `calendar`: days or weeks of the
   * contact's calendar.
   */
  window: 'rolling' | 'calendar';
};

export type SendClass = 'marketing' | 'transactional';

/** The rules for an organization's sends. */
export type SendingRules = {
  quietHours: readonly QuietHours[];
  caps: readonly Cap[];
  /** Minimum time between two sends to a contact. */
  minGap: Span | null;
  /** Sends that will be due within this period compete with the sends that are due. */
  lookAhead: Span | null;
  /** The rules from which a class is exempt. `caps` includes the minimum gap. */
  exempt: Readonly<Record<SendClass, readonly ('caps' | 'quiet_hours')[]>>;
  /** A send that rules have held for this long is skipped, or sent in spite of caps and the minimum gap. */
  maxHold: Span | null;
  afterMaxHold: 'skip' | 'send';
  throughput: { perMinute: number | null; perDomainPerMinute: number | null };
};

/** Rules that never hold a send. */
export const noRules: SendingRules = {
  quietHours: [],
  caps: [],
  minGap: null,
  lookAhead: null,
  exempt: { marketing: [], transactional: ['caps', 'quiet_hours'] },
  maxHold: { duration: 7, unit: 'days' },
  afterMaxHold: 'skip',
  throughput: { perMinute: null, perDomainPerMinute: null },
};

/** Whether the sends of a contact compete with each other. If they do, all planned sends must be known. */
export function haveCompetition({ caps, minGap }: SendingRules): boolean {
  return caps.length > 0 || minGap !== null;
}
