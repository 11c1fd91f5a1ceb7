import { formatInstant } from '../time/instants.ts';
import { addSpan } from '../time/spans.ts';
import { countedBy, freeAt } from './caps.ts';
import { quietUntil } from './quiet-hours.ts';
import type { Cap, SendingRules, Span } from './rules.ts';
import { type AskedSend, goesBefore, type Owner, type PlacedSend, type PlannedSend } from './sends.ts';

/** The contact's other sends in the ledger. `planned` has only sends that could be sent. */
export type ContactLedger = { placed: readonly PlacedSend[]; planned: readonly PlannedSend[] };

/**
 * The decision about one send: the rule that decided and, as `lostTo`, the enrollment whose send used up the cap or
 * gap. Times are in epoch milliseconds.
 */
export type Decision =
  | { kind: 'send' }
  | { kind: 'hold'; until: number; rule: string; reason: string; lostTo?: Owner }
  | { kind: 'skip'; rule: string; reason: string };

/**
 * Decides about a send according to the rules, at `now`. Equal arguments give equal decisions. Only quiet hours hold a
 * send that is already placed: its last attempt may have arrived, so it still counts.
 */
export function decideSend(rules: SendingRules, send: AskedSend, ledger: ContactLedger, now: number): Decision {
  if (send.expiresAt !== null && send.expiresAt <= now) {
    return { kind: 'skip', rule: 'expires_after', reason: `it expired at ${formatInstant(send.expiresAt)}` };
  }
  const quiet = quietFor(rules, send, now);
  if (quiet !== undefined)
    return within(send, { kind: 'hold', until: quiet, rule: 'quiet_hours', reason: 'quiet hours' });
  if (send.isPlaced || isExempt(rules, send)) return { kind: 'send' };
  const full = fullest(rules, send, ledger, now);
  if (full === undefined) return { kind: 'send' };
  return overMaxHold(rules, send, now) ?? capped(rules, send, full);
}

type Full = { until: number; rule: string; reason: string; isHerd: boolean; lostTo?: Owner };

/** Returns the cap or gap that holds the send longest. */
function fullest(rules: SendingRules, send: AskedSend, ledger: ContactLedger, now: number): Full | undefined {
  const horizon = rules.lookAhead === null ? now : addOf(now, rules.lookAhead, send.timezone);
  const rivals = ledger.planned
    .filter((one) => one.dueAt <= horizon && (one.expiresAt === null || one.expiresAt > now) && !isExempt(rules, one))
    .filter((one) => goesBefore(one, send))
    .sort((a, b) => (goesBefore(a, b) ? -1 : 1));
  const placed = ledger.placed.filter((one) => !isExempt(rules, one));
  const found = rules.caps.flatMap((cap) => fullCap(cap, { send, placed, rivals, now }) ?? []);
  const gap = rules.minGap === null ? undefined : openGap(rules.minGap, { send, placed, rivals, now });
  return [...found, ...(gap ? [gap] : [])].sort((a, b) => b.until - a.until)[0];
}

type Place = { send: AskedSend; placed: readonly PlacedSend[]; rivals: readonly PlannedSend[]; now: number };

function fullCap(cap: Cap, { send, placed, rivals, now }: Place): Full | undefined {
  if (!isOf(cap, send)) return undefined;
  const counted = placed.filter((one) => isOf(cap, one));
  const times = counted.map(({ at }) => at);
  const before = rivals.filter((one) => isOf(cap, one));
  const places = cap.limit - countedBy(cap, times, now, send.timezone);
  if (before.length < places) return undefined;
  // The planned sends that may be sent before this send, as far as the cap has room for them.
  const winners = places <= 0 ? [] : before.slice(0, places);
  const until = freeAt(cap, [...times, ...winners.map(({ dueAt }) => Math.max(now, dueAt))], now, send.timezone);
  const reason = `${cap.limit} ${cap.limit === 1 ? 'mail' : 'mails'} per ${spanOf(cap.per)} (cap ${cap.id})`;
  const lostTo = winners.at(-1) ?? latestOf(counted);
  const isHerd = cap.window === 'calendar';
  return { until, rule: `cap:${cap.id}`, reason, isHerd, ...(lostTo && { lostTo }) };
}

function openGap(gap: Span, { send, placed, rivals, now }: Place): Full | undefined {
  const [winner] = rivals;
  const times = [...placed.map(({ at }) => at), ...(winner ? [Math.max(now, winner.dueAt)] : [])];
  const until = Math.max(...times.map((at) => addOf(at, gap, send.timezone)));
  if (times.length === 0 || until <= now) return undefined;
  const reason = `${spanOf(gap)} between two mails`;
  const lostTo = winner ?? latestOf(placed);
  return { until, rule: 'min_gap', reason, isHerd: false, ...(lostTo && { lostTo }) };
}

function latestOf(placed: readonly PlacedSend[]): Owner | undefined {
  return placed.toSorted((a, b) => b.at - a.at)[0];
}

function capped(rules: SendingRules, send: AskedSend, { isHerd, until, ...full }: Full): Decision {
  if (send.onCapped === 'skip') return { kind: 'skip', rule: full.rule, reason: full.reason };
  const spread = isHerd ? until + send.spreadMs : until;
  const open = quietFor(rules, send, spread) ?? spread;
  const last = rules.maxHold === null ? open : addOf(send.plannedAt, rules.maxHold, send.timezone);
  return within(send, { kind: 'hold', ...full, until: Math.min(open, last) });
}

function overMaxHold({ maxHold, afterMaxHold }: SendingRules, send: AskedSend, now: number): Decision | undefined {
  if (maxHold === null || addOf(send.plannedAt, maxHold, send.timezone) > now) return undefined;
  if (afterMaxHold === 'send') return { kind: 'send' };
  return { kind: 'skip', rule: 'max_hold', reason: `rules held it for ${spanOf(maxHold)}` };
}

/** Ends a hold no later than the send expires: an expired send is skipped. */
function within(send: AskedSend, hold: Extract<Decision, { kind: 'hold' }>): Decision {
  return send.expiresAt === null ? hold : { ...hold, until: Math.min(hold.until, send.expiresAt) };
}

function quietFor(rules: SendingRules, send: AskedSend, at: number): number | undefined {
  if (rules.quietHours.length === 0 || rules.exempt[send.class].includes('quiet_hours')) return undefined;
  const until = quietUntil(rules.quietHours, { channel: send.channel, now: at, timezone: send.timezone });
  return until === undefined ? undefined : until + send.spreadMs;
}

function isExempt(rules: SendingRules, { class: name }: Pick<PlacedSend, 'class'>): boolean {
  return rules.exempt[name].includes('caps');
}

function isOf(cap: Cap, { channel, category }: Pick<PlacedSend, 'channel' | 'category'>): boolean {
  return (cap.channel === null || cap.channel === channel) && (cap.category === null || cap.category === category);
}

function addOf(at: number, { duration, unit }: Span, timezone: string): number {
  return addSpan(at, duration, unit, timezone);
}

function spanOf({ duration, unit }: Span): string {
  return duration === 1 ? unit.slice(0, -1) : `${duration} ${unit}`;
}
