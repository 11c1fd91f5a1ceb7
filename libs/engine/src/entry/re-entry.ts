import type { Compilation } from '../compilation.ts';
import type { ReEntry, Span } from '../settings/settings.ts';
import { compileText, type Template } from '../templates/template.ts';
import { addSpan } from '../time/spans.ts';

/** A version's rule about when a key may enter again. */
export type ReEntryRule = {
  readonly mode: ReEntry['mode'];
  readonly minGap: Span | undefined;
  readonly maxPer: (Span & { count: number }) | undefined;
  /** Maximum number of enrollments of one key that run at the same time. */
  readonly concurrent: number | undefined;
  /** The template of the key. If undefined, the contact's key is used. */
  readonly key: (() => Template) | undefined;
  /** The number of a key's newest entries that the rule considers. */
  readonly lookedAt: number;
};

/** The entries of a key so far: the newest times, newest first, in epoch ms, and the number of active entries. */
export type PastEntries = { enteredAt: readonly number[]; running: number };

/** The verdict on a key. `allowedAt` is the first time at which the key may enter again, if time alone decides it. */
export type ReEntryVerdict = { isAllowed: true } | { isAllowed: false; allowedAt: number | undefined };

/**
 * Compiles a rule; the template of its key is compiled on its first use. Returns undefined when the rule refuses
 * nothing.
 */
export function compileReEntry(rule: ReEntry | undefined, { lazily }: Compilation): ReEntryRule | undefined {
  if (rule === undefined) return undefined;
  const { mode, min_gap: minGap, max_per: maxPer, key, concurrent } = rule;
  if (mode === 'always' && maxPer === undefined && concurrent === undefined) return undefined;
  const most = mode === 'after_exit' ? 1 : concurrent;
  return {
    mode,
    minGap,
    maxPer,
    concurrent: most,
    key: key === undefined ? undefined : lazily((compiling) => compileText(key, compiling)),
    lookedAt: maxPer?.count ?? 1,
  };
}

/** Judges whether a key may enter at `now`. Days and weeks are calendar units in `timezone`. */
export function judgeReEntry(
  { mode, minGap, maxPer, concurrent }: ReEntryRule,
  { enteredAt, running }: PastEntries,
  { now, timezone }: { now: number; timezone: string },
): ReEntryVerdict {
  const [newest] = enteredAt;
  if (newest === undefined) return { isAllowed: true };
  if (mode === 'never') return { isAllowed: false, allowedAt: undefined };
  const after = (entry: number | undefined, span: Span | undefined) =>
    entry === undefined || span === undefined ? now : addSpan(entry, span.duration, span.unit, timezone);
  const oldest = maxPer === undefined ? undefined : enteredAt[maxPer.count - 1];
  const allowedAt = Math.max(after(newest, minGap), after(oldest, maxPer));
  // Nobody can predict when a run ends.
  if (concurrent !== undefined && running >= concurrent) return { isAllowed: false, allowedAt: undefined };
  return allowedAt > now ? { isAllowed: false, allowedAt } : { isAllowed: true };
}
