import type { Transaction } from 'kysely';
import { countInChains } from '../chains/count-in-chains.ts';
import { reportCuts } from '../chains/report-cut.ts';
import type { Context } from '../context.ts';
import type { DB } from '../db/schema.ts';
import type { Entrants, EntryAnswer } from './entrants.ts';
import { type Covered, keepQuotas } from './gate/keep-quotas.ts';
import { type Passed, passGate } from './gate/pass-gate.ts';
import { type RefusedEntry, storeRefused } from './gate/refused-entries.ts';

/** Contacts that enter, with their positions in the input, and the results for the contacts that do not enter. */
export type Admitted = Entrants & { covered: Covered[]; entries: EntryAnswer[] };

/** Decides which contacts enter, and records the contacts that a rule kept out. */
export async function admitAll(ctx: Context, trx: Transaction<DB>, all: readonly Entrants[]): Promise<Admitted[]> {
  const admitted = await judgeAll(ctx, trx, all);
  for (const each of admitted) {
    await noteRefused(ctx, trx, each);
    countKeptOut(ctx, each, each.entries);
  }
  return admitted;
}

/**
 * Decides which contacts enter. The checks run in this order: re-entry, holdout, the budget of the chain, the quota.
 * Contacts beyond the quota are held if their call asks for it. Nothing else is written, except the counts of the
 * chains that the contacts belong to.
 */
export async function judgeAll(ctx: Context, trx: Transaction<DB>, all: readonly Entrants[]): Promise<Admitted[]> {
  const passed = await passGate(ctx, trx, all);
  const admitted: Admitted[] = [];
  for (const [place, entrants] of all.entries()) admitted.push(await admit(ctx, trx, entrants, passed[place]));
  await keepQuotas(ctx, trx, admitted);
  return admitted;
}

async function admit(
  ctx: Context,
  trx: Transaction<DB>,
  entrants: Entrants,
  passed: Passed | undefined,
): Promise<Admitted> {
  const { contacts, links } = entrants;
  const entries: EntryAnswer[] = [];
  const passing = contacts.flatMap((contact, index): Covered[] => {
    const verdict = passed?.passings?.[index];
    if (verdict?.decision === 'refused') {
      const allowedAt = verdict.allowedAt === undefined ? undefined : new Date(verdict.allowedAt);
      entries[index] = { decision: 'refused', reason: verdict.reason, allowedAt };
      return [];
    }
    const entryHash = verdict?.entryHash ?? null;
    const isHeldOut = verdict?.decision === 'holdout';
    return [{ entrant: { contact, cause: links?.[index]?.cause ?? null, entryHash, isHeldOut }, index }];
  });
  const covered = [...(await withinBudgets(ctx, trx, entrants, passing, entries))];
  const at = passed?.at;
  return { ...entrants, covered, entries, ...(at !== undefined && { at }) };
}

/**
 * Counts contacts in their chains. Returns the contacts that the budgets cover. Reports the chains of the other
 * contacts as cut.
 */
async function withinBudgets(
  ctx: Context,
  trx: Transaction<DB>,
  { lane: { organizationId, workflowId }, links }: Entrants,
  passing: readonly Covered[],
  entries: EntryAnswer[],
): Promise<readonly Covered[]> {
  const counting = passing.filter(({ entrant, index }) => links?.[index]?.counts === true && !entrant.isHeldOut);
  if (counting.length === 0) return passing;
  const chainOf = ({ entrant }: Covered) => ({ organizationId, cause: entrant.cause ?? '' });
  const covered = await countInChains(ctx, trx, counting.map(chainOf));
  const cut = new Set(counting.filter((_, place) => covered[place] !== true));
  await reportCuts(
    ctx,
    trx,
    [...cut].map((one) => ({ ...chainOf(one), reason: 'budget' as const, workflowId })),
  );
  for (const { index } of cut) entries[index] = { decision: 'refused', reason: 'chain', allowedAt: undefined };
  return passing.filter((one) => !cut.has(one));
}

/** Counts refused and held contacts. Contacts that already waited for a quota are not counted a second time. */
function countKeptOut(ctx: Context, { beyondQuota }: Entrants, entries: readonly EntryAnswer[]): void {
  for (const entry of entries) {
    if (entry?.decision === 'refused' || (entry?.decision === 'held' && beyondQuota !== 'wait')) {
      ctx.metrics.contactsKeptOut(entry.decision, entry.reason, 1);
    }
  }
}

async function noteRefused(ctx: Context, trx: Transaction<DB>, { entries, ...entrants }: Admitted): Promise<void> {
  const { lane, mode: asked, contacts } = entrants;
  await storeRefused(ctx, trx, { lane, mode: lane.mode === 'test' ? 'test' : asked }, refusedOf(contacts, entries));
}

/** Returns the contacts that a rule kept out. */
export function refusedOf(contacts: readonly string[], entries: readonly EntryAnswer[]): RefusedEntry[] {
  return contacts.flatMap((contact, index) => {
    const entry = entries[index];
    if (entry?.decision !== 'refused') return [];
    return [{ contact, reason: entry.reason, allowedAt: entry.allowedAt }];
  });
}
