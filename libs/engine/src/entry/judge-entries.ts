import { shareOf } from '../share-of.ts';
import { judgeReEntry, type PastEntries, type ReEntryRule } from './re-entry.ts';

/**
 * A contact that asks to enter. `key` is the re-entry key. It is undefined for a contact that nothing identifies; such
 * a contact is treated as new.
 */
export type Arrival = { key: bigint | undefined; contactKey: string };

/** The verdict on an arrival. `allowedAt` means the same as in `judgeReEntry`. */
export type EntryVerdict =
  | { decision: 'enter' | 'holdout' }
  | { decision: 'refused'; reason: 're_entry'; allowedAt: number | undefined };

/** A version's rules about entries. */
export type EntryRules = {
  readonly workflowId: string;
  readonly reEntry: ReEntryRule | undefined;
  /** Percentage of the people who are held out. */
  readonly holdoutPercent: number;
};

/**
 * Judges arrivals in order. Each verdict takes the arrivals before it into account. Re-entry is checked before holdout.
 * `past` has the earlier entries of the arrivals' keys.
 */
export function judgeEntries(
  rules: EntryRules,
  arrivals: readonly Arrival[],
  { past, now, timezone }: { past: ReadonlyMap<bigint, PastEntries>; now: number; timezone: string },
): EntryVerdict[] {
  const entered = new Map(past);
  return arrivals.map(({ key, contactKey }) => {
    const known = key === undefined ? undefined : entered.get(key);
    if (rules.reEntry !== undefined && known !== undefined) {
      const verdict = judgeReEntry(rules.reEntry, known, { now, timezone });
      if (!verdict.isAllowed) return { decision: 'refused', reason: 're_entry', allowedAt: verdict.allowedAt };
    }
    const decision = isHeldOut(rules, contactKey) ? 'holdout' : 'enter';
    if (key !== undefined && rules.reEntry !== undefined) entered.set(key, withEntry(known, now, decision === 'enter'));
    return { decision };
  });
}

/** Whether a person is held out. The result for a given person and workflow never changes. */
function isHeldOut({ workflowId, holdoutPercent }: EntryRules, contactKey: string): boolean {
  return holdoutPercent > 0 && shareOf(`${workflowId}\nholdout\n${contactKey}`) * 100 < holdoutPercent;
}

function withEntry(past: PastEntries | undefined, now: number, runs: boolean): PastEntries {
  const { enteredAt, running } = past ?? { enteredAt: [], running: 0 };
  return { enteredAt: [now, ...enteredAt], running: running + (runs ? 1 : 0) };
}
